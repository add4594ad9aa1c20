import { join } from "node:path";
import { count, totals } from "../traffic/report";
import { runCommand } from "../run-command";
import { parseSoakOptions, type SoakOptions } from "./options";
import { SoakProgress } from "./progress";
import { soakProblems, soakSummary } from "./report";
import { soak, type SoakResult } from "./soak";

/** Soaks each strategy in turn, and prints what came of it. */
async function main(options: SoakOptions): Promise<number> {
  process.chdir(join(__dirname, "../.."));
  const { requests, ratePerSecond, strategies } = options;
  const progress = new SoakProgress(options, process.stdout);
  const ways = strategies.length === 1 ? strategies[0]!.name : `shared by ${strategies.length} ways to shift traffic`;
  progress.tell(`${count(requests)} requests, ${count(ratePerSecond)} a second, ${ways}`);
  const results: SoakResult[] = [];
  let before = { sent: 0, lost: 0 };
  const share = Math.ceil(requests / strategies.length);
  for (const strategy of strategies) {
    const onProgress = (sent: number, lost: number) => {
      const done = (results.length + Math.min(1, sent / share)) / strategies.length;
      progress.show({ strategy: strategy.name, done, sent: before.sent + sent, lost: before.lost + lost });
    };
    const result = await soak({ strategy, requests: share, ratePerSecond, onProgress });
    results.push(result);
    const { sent, failed } = totals(result.report);
    before = { sent: before.sent + sent, lost: before.lost + failed };
    const { released, rolledBack } = result;
    const mark = soakProblems(result).length === 0 ? "✔" : "✖";
    progress.tell(`${mark} ${strategy.name}: ${released} released, ${rolledBack} rolled back, ${failed} lost`);
  }
  process.stdout.write(`\n${soakSummary(results)}`);
  const failed = results.filter((result) => soakProblems(result).length > 0).length;
  process.stdout.write(`\n${results.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

runCommand(() => main(parseSoakOptions(process.argv.slice(2))));
