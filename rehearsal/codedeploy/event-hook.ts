import { randomUUID } from "node:crypto";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import { orAborted, TimedOut, withinMinutes } from "../time-limit";
import type { HookVerdicts } from "./hook-verdicts";
import type { LifecycleEvent } from "./lifecycle";

/** Minutes in which a hook's verdict must come. Source: CodeDeploy user guide, reference-appspec-file-structure-hooks. */
const hookTimeoutMinutes = 60;
/** In AWS a function has ended long before a hook's hour is over; its real work here, which is not hurried, must have, too. */
const leastHookTimeoutMs = 15_000;

export interface EventHookContext {
  readonly verdicts: HookVerdicts;
  /** Invokes a function once; resolves with how that ended, for people, and rejects if it could not be invoked. */
  readonly invoke: (functionName: string, event: unknown, signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Ends everything at once, half done or not. */
  readonly signal: AbortSignal;
}

export interface EventHook {
  readonly deploymentId: string;
  readonly event: LifecycleEvent;
  readonly functionName: string;
}

/**
 * Invokes a hook's function and waits for its verdict.
 *
 * @param stopped ends the wait, and the function if it has given no verdict
 * @throws Error unless the verdict is Succeeded
 */
export async function runEventHook(
  { deploymentId, event, functionName }: EventHook,
  { verdicts, invoke, clock, timeline, signal }: EventHookContext,
  stopped: AbortSignal,
): Promise<void> {
  const executionId = randomUUID();
  verdicts.open(deploymentId, executionId);
  const givenUp = new AbortController();
  const payload = { DeploymentId: deploymentId, LifecycleEventHookExecutionId: executionId };
  let ending = "it still runs";
  // What the function itself returns or throws is no verdict.
  invoke(functionName, payload, AbortSignal.any([signal, givenUp.signal])).then(
    (text) => (ending = text),
    (error: Error) => (ending = error.message),
  );
  const hook = `the hook ${functionName} at ${event}`;
  const limits = { clock, timeline, signal: stopped, leastMs: leastHookTimeoutMs };
  try {
    const verdict = await withinMinutes(hookTimeoutMinutes, `hook ${functionName}`, limits, (limited) =>
      orAborted(verdicts.verdict(executionId), limited),
    );
    if (verdict === "Failed") throw new Error(`${hook} reported Failed`);
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    throw new Error(`${hook} gave no verdict within ${hookTimeoutMinutes} minutes: ${ending}`, { cause: error });
  } finally {
    const verdict = verdicts.close(executionId);
    if (verdict === undefined) givenUp.abort(new Error("nobody waits for its verdict any more"));
  }
}
