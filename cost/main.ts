import { parseArgs } from "node:util";
import { costReport } from "./cost-report";

const usage =
  "npm run cost -- [--stack NAME]    what a month of a stack costs, and what its options would save (default: dev)\n";

async function main(): Promise<void> {
  const { stack, help } = parseArgs({
    options: { stack: { type: "string", default: "dev" }, help: { type: "boolean", default: false } },
  }).values;
  process.stdout.write(help ? usage : await costReport(stack));
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n${usage}`);
  process.exitCode = 2;
});
