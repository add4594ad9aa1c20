import type { Stage } from "../faults/stage";
import { failureKinds } from "../traffic/outcome";
import { type Totals, totals } from "../traffic/report";

/** Exactly one version must be left: its task set is the primary one, all its tasks run, and both listeners are on it. */
export function whatIsLeft({ rehearsal: { stack, traffic } }: Stage, label: string): string[] {
  const { service } = stack;
  const problems: string[] = [];
  const taskSets = service.describeTaskSets().map(({ taskSet, status }) => `${taskSet.label} ${status}`);
  if (taskSets.join() !== `${label} PRIMARY`) problems.push(`there are ${taskSets.join(", ")}, and not ${label} alone`);
  if (stack.runningVersions.join() !== Array(service.desiredCount).fill(label).join())
    problems.push(`${stack.runningVersions.join(", ") || "nothing"} runs`);
  const arn = service.primaryTaskSet?.targetGroup.arn;
  for (const [route, shares] of Object.entries(traffic.routes.weights)) {
    const used = Object.keys(shares).filter((group) => shares[group]! > 0);
    if (used.join() !== arn) problems.push(`${route} traffic is not on ${label} alone`);
  }
  return problems;
}

export function lost({ traffic }: Stage): Totals["byKind"] {
  return totals(traffic.snapshot()).byKind;
}

export function lostSince(before: Totals["byKind"], now: Totals["byKind"]): string[] {
  const kinds = failureKinds.filter((kind) => now[kind] > before[kind]);
  return kinds.map((kind) => `${now[kind] - before[kind]} production requests were lost: ${kind}`);
}
