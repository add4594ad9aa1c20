import { lastWords } from "./error-line";
import type { TaskSet } from "./task-set";

/**
 * What keeps a task set from being steady, for people: the cause if it is known, else its targets' health, and how its
 * last task failed.
 */
export function whyNotSteady({ label, tasks, targetGroup, failedTaskCount, lastFailure, cause }: TaskSet): string {
  const targets = targetGroup.targets().filter((target) => target.label.startsWith(`${label}-`));
  const health = targets.map(({ label: name, state, health: { description } }) =>
    description === undefined ? `${name} is ${state}` : `${name} is ${state}: ${description}`,
  );
  const checks = tasks.flatMap(({ label: name, health: own }) =>
    own && own.status !== "HEALTHY"
      ? [`${name}'s container is ${own.status}: ${own.lastFailure ?? "not checked yet"}`]
      : [],
  );
  const failures =
    failedTaskCount === 1 ? "1 task of it failed" : `${failedTaskCount} tasks of it failed, the last one`;
  const last = lastFailure === undefined ? [] : [`${failures}: ${lastFailure}`];
  const reasons = [...health, ...checks, ...last];
  const all = `${label}: ${reasons.join("; ") || "none of its tasks has started"}`;
  return cause === undefined ? all : `${cause} ${all}`;
}

/** Why a task set cannot become healthy, and below that what its tasks printed last. */
export function withLastWords({ cause = "", tasks, lastOutput }: TaskSet): string {
  const words = lastOutput.length > 0 ? lastOutput : lastWords(tasks.at(-1)?.logs ?? []);
  // The cause may repeat the error already.
  const rest = words.filter((line) => !cause.includes(line.trim().replace(/\.$/, "")));
  return [cause, ...rest].join("\n");
}
