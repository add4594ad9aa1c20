import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "../run-command";
import { lateFaults } from "./faults";
import { RollbackStage, type RollbackTime } from "./measure";
import { rollbackTable } from "./report";

const sideBySide = 2;
const minuteMs = 60_000;

/** Injects so many faults into releases that have all of production, and prints how long it took until all was well. */
async function main(): Promise<number> {
  const { count, alarms } = parseArgs({
    options: { count: { type: "string", default: "100" }, alarms: { type: "string", default: "{}" } },
  }).values;
  const wanted = Number(count);
  if (!Number.isInteger(wanted) || wanted < 1) throw new Error(`--count: expected a whole number from 1, got ${count}`);
  const settings = JSON.parse(alarms) as Record<string, number>;
  process.chdir(join(__dirname, "../.."));
  const times: RollbackTime[] = [];
  const problems: string[] = [];
  let begun = 0;
  const work = async () => {
    const stage = await RollbackStage.set(settings);
    try {
      while (begun < wanted) {
        const index = begun++;
        const fault = lateFaults[index % lateFaults.length]!;
        // Alarms look at whole minutes: when in a minute green goes wrong is left to chance.
        await stage.measure(fault, minuteMs * (1 + Math.random())).then(
          (time) => {
            times.push(time);
            if (times.length % 20 === 0) process.stderr.write(`${times.length} so far\n${rollbackTable(times)}\n`);
          },
          (error: Error) => problems.push(error.message),
        );
      }
      problems.push(...stage.violations);
    } finally {
      await stage.close();
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  process.stdout.write(`${rollbackTable(times)}\n\n`);
  for (const problem of problems) process.stdout.write(`FAILED ${problem}\n`);
  process.stdout.write(`${times.length} passed, ${problems.length} failed\n`);
  return problems.length === 0 ? 0 : 1;
}

runCommand(main);
