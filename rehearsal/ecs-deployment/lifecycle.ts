import type { Machine } from "../blue-green/run-lifecycle";

/**
 * A service deployment of ECS's own (blue/green, canary or linear), as a pure state machine.
 *
 * Sources: ECS developer guide, blue-green-deployment-how-it-works and canary-deployment (stages and their order),
 * service-deployment and stop-service-deployment (statuses), deployment-lifecycle-hooks ("Lifecycle hooks during rollback").
 */
export const lifecycleStages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
] as const;

export type LifecycleStage = (typeof lifecycleStages)[number];

/** The way back, in this order: production first. The first two run their hooks again. */
export const rollbackStages = ["PRODUCTION_TRAFFIC_SHIFT", "TEST_TRAFFIC_SHIFT", "CLEAN_UP"] as const;

export type RollbackStage = (typeof rollbackStages)[number];

export type EndStatus = "SUCCESSFUL" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED" | "STOPPED";

/** Source: ECS API reference, ServiceDeployment. */
export type Status =
  EndStatus | "PENDING" | "IN_PROGRESS" | "STOP_REQUESTED" | "ROLLBACK_REQUESTED" | "ROLLBACK_IN_PROGRESS";

/** The step that a deployment is in; each but the last is performed, and its outcome leads to the next. */
export type Step =
  | { readonly kind: "pending" }
  /** `shift` counts the steps of production's shift from 0; other stages have 0. */
  | { readonly kind: "stage"; readonly stage: LifecycleStage; readonly shift: number }
  /** `left`: what could not be done on the way back. */
  | {
      readonly kind: "rollback";
      readonly stage: RollbackStage;
      readonly reason: string;
      readonly left: readonly string[];
    }
  /** Nothing goes on, nothing goes back: everything is left as it is. */
  | { readonly kind: "stop"; readonly reason: string }
  | { readonly kind: "ended"; readonly status: EndStatus; readonly reason?: string };

export type Ended = Extract<Step, { kind: "ended" }>;

/** Who found that a step cannot go on: `request` is StopServiceDeployment, `error` what ECS itself could not do. */
export type Cause = "hook" | "circuitBreaker" | "alarm" | "timeout" | "request" | "newDeployment" | "error";

export type Outcome =
  { readonly kind: "done" } | { readonly kind: "failed"; readonly cause: Cause; readonly reason: string };

export interface LifecycleRules {
  /** More than one service revision is active at the start: an earlier deployment was stopped half way. */
  readonly reconcile: boolean;
  /** Steps in which production shifts, at least 1. */
  readonly shifts: number;
  /** Whether what these find is rolled back; otherwise the deployment stops as it is. */
  readonly rollbackOn: { readonly circuitBreaker: boolean; readonly alarm: boolean };
}

export const firstStep: Step = { kind: "pending" };

/** The step after `step`, given what came of it. */
export function nextStep(step: Step, outcome: Outcome, rules: LifecycleRules): Step {
  switch (step.kind) {
    case "ended":
      return step;
    case "stop":
      return { kind: "ended", status: "STOPPED", reason: step.reason };
    case "rollback":
      return afterRollback(step, outcome);
    case "pending":
      if (outcome.kind === "failed") return afterTrouble(outcome, rules);
      return stage(rules.reconcile ? "RECONCILE_SERVICE" : "PRE_SCALE_UP");
    case "stage":
      // Blue is being ended, and there is nothing to go back to.
      if (step.stage === "CLEAN_UP") return { kind: "ended", status: "SUCCESSFUL" };
      return outcome.kind === "failed" ? afterTrouble(outcome, rules) : afterStage(step, rules);
  }
}

/** The machine of one service deployment. */
export function lifecycle(rules: LifecycleRules): Machine<Step, Outcome, Ended> {
  const isEnd = (step: Step): step is Ended => step.kind === "ended";
  return { first: firstStep, next: (step, outcome) => nextStep(step, outcome, rules), isEnd, nameOf };
}

/** What DescribeServiceDeployments tells of a step; `interrupted` by whom while it still runs. */
export function statusOf(step: Step, interrupted?: Cause): Status {
  switch (step.kind) {
    case "ended":
      return step.status;
    case "stop":
      return "STOP_REQUESTED";
    case "rollback":
      return "ROLLBACK_IN_PROGRESS";
    default:
      if (interrupted === "request") return "ROLLBACK_REQUESTED";
      if (interrupted === "newDeployment") return "STOP_REQUESTED";
      return step.kind === "pending" ? "PENDING" : "IN_PROGRESS";
  }
}

/** The step's name for people and events. */
export function nameOf(step: Step): string {
  if (step.kind === "stage") return step.stage;
  return step.kind === "rollback" ? `rollback ${step.stage}` : step.kind;
}

function stage(name: LifecycleStage, shift = 0): Step {
  return { kind: "stage", stage: name, shift };
}

// The hooks before and at the shift run at each of its steps. Source: canary-deployment, "Lifecycle hooks".
function afterStage({ stage: name, shift }: Extract<Step, { kind: "stage" }>, { shifts }: LifecycleRules): Step {
  if (name === "PRE_PRODUCTION_TRAFFIC_SHIFT") return stage("PRODUCTION_TRAFFIC_SHIFT", shift);
  if (name === "PRODUCTION_TRAFFIC_SHIFT" && shift + 1 < shifts) {
    return stage("PRE_PRODUCTION_TRAFFIC_SHIFT", shift + 1);
  }
  return stage(lifecycleStages[lifecycleStages.indexOf(name) + 1]!);
}

function afterTrouble({ cause, reason }: Extract<Outcome, { kind: "failed" }>, { rollbackOn }: LifecycleRules): Step {
  const stays =
    cause === "newDeployment" ||
    (cause === "circuitBreaker" && !rollbackOn.circuitBreaker) ||
    (cause === "alarm" && !rollbackOn.alarm);
  return stays ? { kind: "stop", reason } : { kind: "rollback", stage: "PRODUCTION_TRAFFIC_SHIFT", reason, left: [] };
}

/**
 * Where ECS itself cannot send production back, green keeps what it has; nothing else holds the way back up.
 * UNSURE: AWS documents neither, only that ROLLBACK_FAILED exists.
 */
function afterRollback(step: Extract<Step, { kind: "rollback" }>, outcome: Outcome): Step {
  const left = outcome.kind === "failed" ? [...step.left, outcome.reason] : step.left;
  const stays = step.stage === "PRODUCTION_TRAFFIC_SHIFT" && outcome.kind === "failed" && outcome.cause === "error";
  const next = rollbackStages[rollbackStages.indexOf(step.stage) + 1];
  if (next && !stays) return { ...step, stage: next, left };
  if (left.length === 0) return { kind: "ended", status: "ROLLBACK_SUCCESSFUL", reason: step.reason };
  const reason = `${step.reason}; and on the way back: ${left.join("; ")}`;
  return { kind: "ended", status: "ROLLBACK_FAILED", reason };
}
