import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "../run-command";
import { perform, type RowResult } from "./judge";
import { rowsOf } from "./fault";
import { markdownTable, resultTable } from "./print";
import { faults } from "./table";

const sideBySide = 2;

/** Runs the rows, two at a time, and prints what came of each. */
async function main(): Promise<number> {
  const { only, controller, markdown } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      controller: { type: "string" },
      markdown: { type: "boolean" },
    },
  }).values;
  const all = faults.flatMap(rowsOf);
  const rows = all.filter(
    (row) => (only?.includes(row.name) ?? true) && (controller ?? row.controller) === row.controller,
  );
  if (rows.length === 0) {
    process.stderr.write(
      `--only, --controller: there is no such row; there are ${all.map(({ name }) => name).join(", ")}\n`,
    );
    return 2;
  }
  if (markdown) {
    process.stdout.write(`${markdownTable(faults)}\n`);
    return 0;
  }
  process.chdir(join(__dirname, "../.."));
  const waiting = [...rows];
  const results = new Map<string, RowResult>();
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      const result = await perform(row);
      results.set(row.name, result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  const inOrder = rows.map(({ name }) => results.get(name)!);
  const failed = inOrder.filter(({ problems }) => problems.length > 0).length;
  process.stdout.write(`\n${resultTable(inOrder)}\n\n${rows.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function tell({ row, problems }: RowResult): void {
  process.stdout.write(`${problems.length === 0 ? "ok    " : "FAILED"} ${row.name}\n`);
  for (const problem of problems) process.stdout.write(`         ${problem}\n`);
}

runCommand(main);
