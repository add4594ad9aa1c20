import { codeDeploy, worthAnotherAttempt } from "../aws";
import type { LambdaContext } from "./deadline";
import type { CodeDeployHook } from "./event";
import { describeError, type Log } from "../log";
import type { Verdict } from "./soak";
import { bound, wait } from "./time";

const pauseMs = 1_000;
/** The last of the function's time is not begun with another attempt. */
const lastAttemptBeforeEndMs = 3_000;
const longestCallMs = 5_000;

/**
 * Tells CodeDeploy the verdict; tries again while CodeDeploy throttles or cannot be reached and the function has time.
 *
 * A hook whose verdict CodeDeploy has already (another container was invoked for the same event) is done, not wrong. Throws,
 * after logging, when CodeDeploy could not be told: it counts a hook that stays silent for an hour as failed.
 * Source: CodeDeploy API reference, PutLifecycleEventHookExecutionStatus.
 */
export async function report(hook: CodeDeployHook, verdict: Verdict, context: LambdaContext, log: Log): Promise<void> {
  const input = {
    deploymentId: hook.deploymentId,
    lifecycleEventHookExecutionId: hook.hookExecutionId,
    status: verdict.status,
  };
  for (let attempt = 1; ; attempt++) {
    try {
      const client = await codeDeploy();
      await client.putLifecycleEventHookExecutionStatus(input, { abortSignal: bound(longestCallMs) });
      return;
    } catch (error) {
      const reason = describeError(error);
      if ((error as Error).name === "LifecycleEventAlreadyCompletedException") {
        log("info", `CodeDeploy has a verdict already: ${reason}`, { verdict: verdict.status, reason });
        return;
      }
      const final =
        !worthAnotherAttempt(error) || context.getRemainingTimeInMillis() < lastAttemptBeforeEndMs + pauseMs;
      log("error", `could not report ${verdict.status} to CodeDeploy: ${reason}`, {
        attempt,
        verdict: verdict.status,
        reason,
      });
      if (final) throw error;
      await wait(pauseMs);
    }
  }
}
