import type { TaskSet } from "./task-set";

/** What keeps a task set from being steady, for people: its targets' health, and how its last task failed. */
export function whyNotSteady({ label, tasks, targetGroup, failedTaskCount, lastFailure }: TaskSet): string {
  const targets = targetGroup.targets().filter((target) => target.label.startsWith(`${label}-`));
  const health = targets.map((target) => `${target.label} is ${target.state}: ${target.health.description ?? ""}`);
  const checks = tasks.flatMap(({ label: name, health: own }) =>
    own && own.status !== "HEALTHY"
      ? [`${name}'s container is ${own.status}: ${own.lastFailure ?? "not checked yet"}`]
      : [],
  );
  const failures =
    failedTaskCount === 1 ? "1 task of it failed" : `${failedTaskCount} tasks of it failed, the last one`;
  const reasons = [...health, ...checks, ...(lastFailure === undefined ? [] : [`${failures}: ${lastFailure}`])];
  return `${label}: ${reasons.join("; ") || "none of its tasks has started"}`;
}
