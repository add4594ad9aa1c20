import { parseArgs } from "node:util";
import { join } from "node:path";
import { describeTotals } from "../traffic/report";
import { RaceStage } from "./round";

const sideBySide = 2;
const usage = "Usage: npm run races -- [--rounds N (default 30)] [--seed N (default: another one each time)]";

/** Has everything happen at once, round after round, and prints what should not have been. */
async function main(): Promise<number> {
  const option = { type: "string" } as const;
  const { values } = parseArgs({ options: { rounds: option, seed: option } });
  const rounds = wholeNumber("rounds", values.rounds ?? "30");
  const seed = wholeNumber("seed", values.seed ?? String(Date.now() % 1_000_000));
  process.chdir(join(__dirname, "../.."));
  const seeds = Array.from({ length: rounds }, (_, index) => seed + index);
  process.stdout.write(`${rounds} rounds from seed ${seed}\n`);
  const stages = await Promise.all(Array.from({ length: Math.min(sideBySide, rounds) }, () => RaceStage.set()));
  try {
    return await run(stages, seeds);
  } finally {
    await Promise.all(stages.map(({ stage }) => stage.close()));
  }
}

async function run(stages: readonly RaceStage[], seeds: readonly number[]): Promise<number> {
  const waiting = [...seeds];
  let failed = 0;
  const work = async (stage: RaceStage) => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const problems = await stage.round(seed).catch((error: Error) => [error.message]);
      if (problems.length === 0) continue;
      failed++;
      process.stdout.write(`FAILED npm run races -- --rounds 1 --seed ${seed}\n`);
      for (const problem of problems) process.stdout.write(`         ${problem}\n`);
    }
  };
  await Promise.all(stages.map(work));
  for (const { stage } of stages) {
    const ends = stage.events.filter(
      ({ source, type }) => source === "codedeploy" && /^deployment\.(succ|fail|stop)/.test(type),
    );
    const count = (type: string) => ends.filter((event) => event.type === type).length;
    const deaths = stage.events.filter(({ type }) => type === "controller.died").length;
    process.stdout.write(
      `${count("deployment.succeeded")} released, ${count("deployment.stopped")} stopped, ${count("deployment.failed")} failed, ` +
        `${deaths} controllers killed; ${describeTotals(await stage.traffic.stop())}\n`,
    );
  }
  process.stdout.write(`\n${seeds.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}\n${usage}`);
}

main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  },
);
