import type { BlueGreenOperations } from "../blue-green/operations";
import type { ScaledRequest } from "../controller/main";
import type { ShiftStep } from "../blue-green/shift-steps";
import type { LifecycleRules, LifecycleStage, Step } from "./lifecycle";

/** What UpdateService asks the controller for: the first line of its journal. */
export interface ServiceDeploymentRequest extends ScaledRequest {
  /** The service deployment's id, the last part of its ARN. */
  readonly id: string;
  /** The green task set's name for people. */
  readonly label: string;
  readonly rules: LifecycleRules;
  readonly shiftSteps: readonly ShiftStep[];
  readonly bakeTimeMinutes: number;
}

/** How the hooks of a stage, or the start of green's tasks, ended, unless well. */
export interface Trouble {
  readonly cause: "hook" | "circuitBreaker" | "timeout";
  readonly reason: string;
}

export interface StageHooksRun {
  /** Tells this run of the hooks from others of the same stage. */
  readonly run: string;
  readonly stage: LifecycleStage;
  /** Green's share of the traffic that the stage shifts. */
  readonly greenPercent: number;
}

/** What the controller of a service deployment asks of ECS's own parts, the load balancer and Lambda. Each is harmless when repeated. */
export interface ServiceDeploymentOperations extends BlueGreenOperations {
  /** What DescribeServiceDeployments tells from now on. */
  enter(step: Step): void;
  /** Every task set but blue ends; answers once nothing of them runs. */
  deleteOthers(): Promise<void>;
  /** Answers when green's desired tasks are running and healthy, or its failures have broken the circuit. */
  greenIsSteady(): Promise<Trouble | undefined>;
  /** Launches no further task of green. */
  freezeGreen(): void;
  /** Runs the hooks of a stage, side by side. Repeated, it answers for the run that there is. */
  runHooks(input: StageHooksRun): Promise<Trouble | undefined>;
  /** Ends a run of hooks that nobody waits for any more. */
  endHooks(input: { readonly run: string }): void;
}
