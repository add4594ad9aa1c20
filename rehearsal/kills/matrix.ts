import type { KillStage } from "./kill-stage";
import type { KilledPath } from "./killed-controller";
import { differences, perform, type Performance } from "./performance";
import { killAt, type Point, Script } from "./points";

/** A path that was performed with nobody killed, and where the controller of another release on it can be killed. */
export interface Rehearsed {
  readonly killed: KilledPath;
  readonly whole: Performance;
  readonly points: readonly Point[];
}

/** Performs the path with nobody killed. @throws Error if it is not as the machine has it */
export async function rehearsePath(killStage: KillStage, killed: KilledPath): Promise<Rehearsed> {
  const { path } = killed;
  await performBefore(killStage, killed);
  const release = killStage.release(path);
  const script = new Script(release, killed, killStage.stage.timeline.clock.scale);
  const whole = await perform(killStage, release, killed);
  const problems = [...whole.problems];
  if (script.steps.join() !== path.steps.join()) problems.push(`its steps were ${script.steps.join(", ")}`);
  if (problems.length > 0) throw new Error(`${path.name}, with nobody killed: ${problems.join("; ")}`);
  return { killed, whole, points: script.points() };
}

/** Performs the point's path, its controller killed at the point; returns what is wrong with what came of it. */
export async function performKilled(killStage: KillStage, whole: Performance, point: Point): Promise<string[]> {
  const { killed } = point;
  await performBefore(killStage, killed);
  const release = killStage.release(killed.path);
  killAt(release, point);
  const performed = await perform(killStage, release, killed);
  // Once its end is known, nobody needs the controller any more.
  const deaths = point.operation === "end" && point.moment === "after" ? 0 : 1;
  const notKilled = performed.deaths === deaths ? [] : [`the controller died ${performed.deaths} times`];
  return [...performed.problems, ...differences(performed, whole), ...notKilled];
}

/** Leaves what the path is about. */
async function performBefore(killStage: KillStage, { after }: KilledPath): Promise<void> {
  if (after) await killStage.release(after).run();
}
