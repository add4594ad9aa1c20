import { join } from "node:path";
import { CommandLine } from "../command-line";
import { runCommand } from "../run-command";
import { sideBySide } from "../side-by-side";
import { type RollbackCase, settingValues, ways } from "./cases";
import { lateFaults } from "./faults";
import { RollbackStage, type RollbackTime } from "./measure";
import { rollbackTable } from "./report";

const minuteMs = 60_000;

/** Releases what goes wrong, so many times on each stack, and prints how long it took to undo: by fault, by shift, by setting. */
async function main(count: number): Promise<number> {
  process.chdir(join(__dirname, "../.."));
  const times: RollbackTime[] = [];
  const problems: string[] = [];
  await sideBySide([1, 2], [...ways, ...settingValues], async (one) => {
    const stage = await RollbackStage.set(one);
    try {
      for (let index = 0; index < count; index++) {
        const fault = one.faults[index % one.faults.length]!;
        // Alarms look at whole minutes: when in a minute green goes wrong is left to chance.
        const time = await stage.measure(fault, minuteMs * (1 + Math.random())).catch((error: Error) => error.message);
        if (typeof time === "string") problems.push(time);
        else times.push(time);
      }
      problems.push(...stage.violations);
    } finally {
      await stage.close();
    }
    process.stderr.write(`${one.name}: done\n`);
  });
  process.stdout.write(`${tables(times).join("\n\n")}\n\n`);
  for (const problem of problems) process.stdout.write(`FAILED ${problem}\n`);
  process.stdout.write(`${times.length} passed, ${problems.length} failed\n`);
  return problems.length === 0 ? 0 : 1;
}

function tables(times: readonly RollbackTime[]): string[] {
  const of = ({ name }: RollbackCase) => [name, times.filter((time) => time.of === name)] as const;
  const inAllWays = ways.flatMap((way) => of(way)[1]);
  const faults = lateFaults.map(({ name }) => [name, inAllWays.filter(({ fault }) => fault === name)] as const);
  return [
    rollbackTable("fault", [...faults, ["all", inAllWays]]),
    rollbackTable("shift", ways.map(of)),
    rollbackTable("setting", settingValues.map(of)),
  ];
}

runCommand(() => {
  const line = new CommandLine(process.argv.slice(2), { count: { type: "string" } });
  const count = line.number("count", { least: 1, most: 1000, fallback: 8, whole: true });
  line.refuseMistakes("Usage: npm run rollbacks -- [--count N rollbacks of each stack (default 8)]");
  return main(count);
});
