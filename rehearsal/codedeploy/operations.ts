import type { BlueGreenOperations } from "../blue-green/operations";
import type { ShiftStep } from "../blue-green/shift-steps";
import type { ScaledRequest } from "../controller/main";
import type { Verdict } from "./hook-verdicts";
import type { LifecycleEvent, LifecycleRules } from "./lifecycle";

/** What CreateDeployment asks the controller for: the first line of its journal. */
export interface DeploymentRequest extends ScaledRequest {
  readonly id: string;
  /** The green task set's name for people. */
  readonly label: string;
  readonly rules: LifecycleRules;
  readonly shiftSteps: readonly ShiftStep[];
  /** Function names by lifecycle event. */
  readonly hooks: Readonly<Record<string, string>>;
  /** How long a deployment that is `Ready` waits for a person. */
  readonly approvalMinutes: number;
  /** Real milliseconds below which a hook's time never shrinks, since its function's real work is not hurried. @default 0 */
  readonly leastHookTimeoutMs?: number;
  /** How long blue goes on running after the shift. */
  readonly terminationWaitMinutes: number;
}

/** A hook's execution and what came of it. */
export interface HookEnd {
  /** The verdict, if one came before nobody waited for it any more. */
  readonly verdict?: Verdict;
  /** How the function itself ended, for people. */
  readonly ending: string;
}

/** What the controller of a deployment asks of ECS, the load balancer and Lambda. Each is harmless when repeated. */
export interface DeploymentOperations extends BlueGreenOperations {
  /** Answers when green's desired tasks are running and healthy; fails if green is stopped before. */
  greenIsSteady(): Promise<void>;
  /** Invokes a function with this execution's id. Repeated, it invokes it again, as Lambda may by itself. */
  invokeHook(input: { readonly event: LifecycleEvent; readonly executionId: string }): void;
  /** Answers when somebody puts the execution's verdict. */
  hookVerdict(input: { readonly executionId: string }): Promise<Verdict>;
  /** Nobody waits for a verdict any more; one that comes later is refused. */
  closeHook(input: { readonly executionId: string }): HookEnd;
  /** The deployment is `Ready`; answers when a person has continued it. */
  continued(): Promise<void>;
  /** It is `Ready` no longer. @returns whether a person had continued it */
  closeReady(): boolean;
}
