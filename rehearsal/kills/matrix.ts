import type { KillStage } from "./kill-stage";
import type { Path } from "./paths";
import { differences, perform, type Performance } from "./performance";
import { killAt, type Point, Script } from "./points";

/** A path that was performed with nobody killed, and where the controller of another release on it can be killed. */
export interface Rehearsed {
  readonly path: Path;
  readonly whole: Performance;
  readonly points: readonly Point[];
}

/** Performs the path with nobody killed. @throws Error if it is not as the machine has it */
export async function rehearsePath(killStage: KillStage, path: Path): Promise<Rehearsed> {
  const { stage } = killStage;
  const deployment = killStage.deployment(path);
  const script = new Script(deployment, path, stage.timeline.clock.scale);
  const whole = await perform(stage, deployment, path);
  const problems = [...whole.problems];
  if (script.steps.join() !== path.steps.join()) problems.push(`its steps were ${script.steps.join(", ")}`);
  if (problems.length > 0) throw new Error(`${path.name}, with nobody killed: ${problems.join("; ")}`);
  return { path, whole, points: script.points() };
}

/** Performs the point's path, its controller killed at the point; returns what is wrong with what came of it. */
export async function performKilled(killStage: KillStage, whole: Performance, point: Point): Promise<string[]> {
  const deployment = killStage.deployment(point.path);
  killAt(deployment, point);
  const killed = await perform(killStage.stage, deployment, point.path);
  // Once its end is known, nobody needs the controller any more.
  const deaths = point.operation === "end" && point.moment === "after" ? 0 : 1;
  const notKilled = killed.deaths === deaths ? [] : [`the controller died ${killed.deaths} times`];
  return [...killed.problems, ...differences(killed, whole), ...notKilled];
}
