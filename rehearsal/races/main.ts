import { join } from "node:path";
import type { ExecutionMode } from "../codepipeline/stage-gate";
import { deploymentEnd } from "../deployment-steps";
import type { TimelineEvent } from "../events";
import type { Controller } from "../faults/stage";
import { describeTotals } from "../traffic/report";
import { runCommand } from "../run-command";
import { parseRacesOptions, type RacesOptions } from "./options";
import { describePlan, modeOf, planOf } from "./plan";
import { RaceStage } from "./race-stage";

/** Has everything happen at once, round after round, and prints what should not have been. */
async function main({ rounds, seed, controllers }: RacesOptions): Promise<number> {
  process.chdir(join(__dirname, "../.."));
  process.stdout.write(`rounds: ${rounds} on ${controllers.join(" and on ")}, from seed ${seed}\n`);
  const seeds = Array.from({ length: rounds }, (_, index) => seed + index);
  let failed = 0;
  for (const controller of controllers) {
    const modes = [...new Set(seeds.map(modeOf))];
    // Side by side, each on a stack of its own.
    const failures = modes.map((mode) => race(controller, mode, seeds));
    for (const count of await Promise.all(failures)) failed += count;
  }
  process.stdout.write(`\n${rounds * controllers.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** Performs the rounds of one mode of the pipeline; returns how many failed. */
async function race(controller: Controller, mode: ExecutionMode, seeds: readonly number[]): Promise<number> {
  const races = await RaceStage.set(controller, mode);
  try {
    let failed = 0;
    for (const seed of seeds.filter((one) => modeOf(one) === mode)) {
      const problems = await races.round(seed).catch((error: Error) => [error.message]);
      if (problems.length === 0) continue;
      failed++;
      const command = `npm run races -- --controller ${controller} --rounds 1 --seed ${seed}`;
      const lines = [`FAILED ${command}`, ...[describePlan(planOf(seed)), ...problems].map((line) => `       ${line}`)];
      process.stdout.write(`${lines.join("\n")}\n`);
    }
    const { events, results, traffic } = races.stage;
    const clients = describeTotals(await traffic.stop());
    process.stdout.write(`${controller} ${mode}: ${results.length} pushes, ${describeEnds(events)}; ${clients}\n`);
    return failed;
  } finally {
    await races.stage.close();
  }
}

function describeEnds(events: readonly TimelineEvent[]): string {
  const ends = events.flatMap((event) => deploymentEnd(event) ?? []);
  const released = ends.filter((end) => end === "released").length;
  const superseded = events.filter(({ type }) => type === "execution.superseded").length;
  return `${superseded} superseded, ${released} released, ${ends.length - released} undone`;
}

runCommand(() => main(parseRacesOptions(process.argv.slice(2))));
