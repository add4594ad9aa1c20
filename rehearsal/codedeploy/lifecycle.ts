import type { Machine } from "../blue-green/run-lifecycle";

/**
 * A blue/green deployment of CodeDeploy's on ECS, as a pure state machine.
 *
 * Sources: CodeDeploy user guide, deployment-steps-ecs and reference-appspec-file-structure-hooks (order of events,
 * which take hooks); deployment-groups-configure-advanced-options (rollback).
 */
export const lifecycleEvents = [
  "BeforeInstall",
  "Install",
  "AfterInstall",
  "AllowTestTraffic",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AllowTraffic",
  "AfterAllowTraffic",
] as const;

export type LifecycleEvent = (typeof lifecycleEvents)[number];

/** The events that take hooks. */
export const hookableEvents = [
  "BeforeInstall",
  "AfterInstall",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AfterAllowTraffic",
] as const satisfies readonly LifecycleEvent[];

/** The step that a deployment is in; each but the last is performed, and its outcome leads to the next. */
export type Step =
  | { readonly kind: "event"; readonly event: LifecycleEvent }
  /** Status `Ready`: waits for a person to continue. */
  | { readonly kind: "approval" }
  /** Traffic is on green; blue goes on running for the termination wait. */
  | { readonly kind: "terminationWait" }
  | { readonly kind: "terminateBlue" }
  /** Back to blue, in a deployment of its own; green is deleted. */
  | { readonly kind: "rollback"; readonly status: "Failed" | "Stopped"; readonly reason: string }
  | { readonly kind: "ended"; readonly status: "Succeeded" | "Failed" | "Stopped"; readonly reason?: string };

export type Ended = Extract<Step, { kind: "ended" }>;

/** What came of a step: it was done, or it failed, or a person, a time limit or an alarm stopped it. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "stopped" | "alarm"; readonly reason: string };

export interface LifecycleRules {
  /** Whether a person must let production traffic shift (deployment group: STOP_DEPLOYMENT on time-out). */
  readonly approval: boolean;
  /** Whether a failed deployment is rolled back (auto rollback on DEPLOYMENT_FAILURE). */
  readonly rollbackOnFailure: boolean;
  /** Whether a stopped one is (DEPLOYMENT_STOP_ON_REQUEST). */
  readonly rollbackOnStop: boolean;
  /** Whether one that an alarm has stopped is (DEPLOYMENT_STOP_ON_ALARM). */
  readonly rollbackOnAlarm: boolean;
}

export const firstStep: Step = { kind: "event", event: "BeforeInstall" };

/** The machine of one deployment. */
export function lifecycle(rules: LifecycleRules): Machine<Step, Outcome, Ended> {
  const isEnd = (step: Step): step is Ended => step.kind === "ended";
  return { first: firstStep, next: (step, outcome) => nextStep(step, outcome, rules), isEnd, nameOf };
}

/** The step's name, in CodeDeploy's word where it has one. */
export function nameOf(step: Step): string {
  return step.kind === "event" ? step.event : step.kind;
}

/** The step after `step`, given what came of it. Blue serves production until AllowTraffic is done. */
export function nextStep(step: Step, outcome: Outcome, rules: LifecycleRules): Step {
  if (step.kind === "ended") return step;
  if (step.kind === "rollback")
    return { kind: "ended", status: step.status, reason: afterRollback(step.reason, outcome) };
  // Nothing can stop the end of blue half way: there is nothing to go back to.
  if (step.kind === "terminateBlue") return { kind: "ended", status: "Succeeded" };
  if (outcome.kind !== "done") return afterTrouble(step, outcome, rules);
  if (step.kind === "terminationWait") return { kind: "terminateBlue" };
  if (step.kind === "approval") return { kind: "event", event: "BeforeAllowTraffic" };
  if (step.event === "AfterAllowTestTraffic" && rules.approval) return { kind: "approval" };
  const next = lifecycleEvents[lifecycleEvents.indexOf(step.event) + 1];
  return next ? { kind: "event", event: next } : { kind: "terminationWait" };
}

function afterTrouble(step: Step, outcome: Exclude<Outcome, { kind: "done" }>, rules: LifecycleRules): Step {
  const status = outcome.kind === "failed" ? "Failed" : "Stopped";
  const rollback = {
    failed: rules.rollbackOnFailure,
    stopped: rules.rollbackOnStop,
    alarm: rules.rollbackOnAlarm,
  }[outcome.kind];
  // Before Install there is nothing to roll back.
  const nothingDone = step.kind === "event" && step.event === "BeforeInstall";
  return { kind: rollback && !nothingDone ? "rollback" : "ended", status, reason: outcome.reason };
}

function afterRollback(reason: string, outcome: Outcome): string {
  return outcome.kind === "done" ? reason : `${reason}; and the rollback failed: ${outcome.reason}`;
}
