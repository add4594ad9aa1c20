import { join } from "node:path";
import { parseSoakOptions, type SoakOptions } from "./options";
import { soakProblems, soakReport } from "./report";
import { soak, type SoakResult } from "./soak";
import { strategies } from "./strategies";

/** Soaks each strategy in turn, and prints what came of it. */
async function main({ requests, ratePerSecond }: SoakOptions): Promise<number> {
  process.chdir(join(__dirname, "../.."));
  const results: SoakResult[] = [];
  for (const strategy of strategies) {
    const share = Math.ceil(requests / strategies.length);
    const onProgress = (sent: number) =>
      void process.stderr.write(
        `${strategy.name}: ${sent.toLocaleString("en")} of ${share.toLocaleString("en")} requests\n`,
      );
    results.push(await soak({ strategy, requests: share, ratePerSecond, onProgress }));
  }
  const problems = results.flatMap(soakProblems);
  process.stdout.write(
    `\n${soakReport(results).join("\n")}\n${problems.map((problem) => `FAILED ${problem}\n`).join("")}`,
  );
  const failed = results.filter((result) => soakProblems(result).length > 0).length;
  process.stdout.write(`\n${results.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

Promise.resolve()
  .then(() => main(parseSoakOptions(process.argv.slice(2))))
  .then(
    (status) => process.exit(status),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(2);
    },
  );
