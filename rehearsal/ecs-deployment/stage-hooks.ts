import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-endpoint/control-plane";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { InvocationOutcome } from "../lambda/invoke-function";
import { orAborted, TimedOut, withinMinutes } from "../time-limit";
import type { LambdaHook, LifecycleHook, PauseHook } from "./deployment-configuration";
import type { LifecycleStage } from "./lifecycle";

/** A hook had the last word: its function failed, a person rolled back, or nobody continued in time. */
export class HookFailed extends Error {}

/** What a hook's function is told. Source: ECS developer guide, deployment-lifecycle-hooks, "Lifecycle payloads". */
export interface HookPayload {
  readonly lifecycleStage: LifecycleStage;
  /** ARN of the service deployment. */
  readonly resourceArn: string;
  readonly executionDetails: {
    readonly serviceArn: string;
    readonly targetServiceRevisionArn: string;
    /** Percent by service revision's ARN; only the stage that shifts this traffic names any. */
    readonly testTrafficWeights: Readonly<Record<string, number>>;
    readonly productionTrafficWeights: Readonly<Record<string, number>>;
  };
}

/** One pause of a deployment, in the words of DescribeServiceDeployments' `lifecycleHookDetails`. */
export interface HookDetail {
  readonly hookId: string;
  readonly targetType: "PAUSE";
  readonly status: "AWAITING_ACTION" | "SUCCEEDED" | "FAILED" | "TIMED_OUT";
  /** AWS time since the rehearsal's start, in milliseconds. */
  readonly expiresAtAwsMs: number;
  readonly timeoutAction: "ROLLBACK" | "CONTINUE";
}

export type HookAction = "CONTINUE" | "ROLLBACK";

export interface StageHooksContext {
  readonly invoke: (functionName: string, event: unknown, signal: AbortSignal) => Promise<InvocationOutcome>;
  readonly clock: Clock;
  readonly timeline: Timeline;
}

/** Seconds until a function that is not done is asked again. Source: as above, "hookStatus values". */
const defaultCallBackSeconds = 30;
/** Longest time of a stage in minutes. Source: ECS developer guide, blue-green-deployment-how-it-works. */
const stageTimeoutMinutes = 24 * 60;

/** Runs the lifecycle hooks of one service deployment. */
export class StageHooks {
  private readonly pauses = new Map<string, HookDetail>();
  private readonly waiting = new Map<string, (action: HookAction) => void>();

  constructor(
    private readonly hooks: readonly LifecycleHook[],
    private readonly context: StageHooksContext,
  ) {}

  get details(): readonly HookDetail[] {
    return [...this.pauses.values()];
  }

  /**
   * Runs all hooks of a stage side by side; the first that fails ends the others.
   *
   * @throws HookFailed, or the signal's reason
   */
  async run(payload: HookPayload, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const ofStage = this.hooks.filter(({ lifecycleStages }) =>
      lifecycleStages.some((stage) => stage === payload.lifecycleStage),
    );
    const running = ofStage.map((hook) =>
      hook.targetType === "PAUSE" ? this.pause(hook, payload, either) : this.callWithinTime(hook, payload, either),
    );
    try {
      await Promise.all(running);
    } finally {
      over.abort(new Error("another hook of this stage failed"));
      await Promise.allSettled(running);
    }
  }

  /** ContinueServiceDeployment. @throws AwsError if nobody waits for it */
  continue(hookId: string | undefined, action: HookAction): void {
    const answer = this.waiting.get(hookId ?? "");
    if (!answer) throw new AwsError("InvalidParameterException", `no hook ${hookId} is AWAITING_ACTION`);
    answer(action);
  }

  private async callWithinTime(hook: LambdaHook, payload: HookPayload, signal: AbortSignal): Promise<void> {
    const functionName = hook.hookTargetArn.split(":").at(-1)!;
    const who = `the hook ${functionName} at ${payload.lifecycleStage}`;
    const context = { ...this.context, signal };
    await withinMinutes(stageTimeoutMinutes, `hook ${functionName}`, context, (limited) =>
      this.call(functionName, who, { ...hook.hookDetails }, payload, limited),
    );
  }

  private async call(
    functionName: string,
    who: string,
    given: Readonly<Record<string, unknown>>,
    payload: HookPayload,
    signal: AbortSignal,
  ): Promise<void> {
    const executionId = randomUUID();
    let hookDetails = given;
    for (;;) {
      const event = { executionId, ...payload, ...(Object.keys(hookDetails).length > 0 ? { hookDetails } : {}) };
      const outcome = await this.context.invoke(functionName, event, signal).catch((error: Error) => {
        signal.throwIfAborted();
        throw new HookFailed(`${who} could not be invoked: ${error.message}`);
      });
      signal.throwIfAborted();
      const answer = hookAnswer(outcome, who);
      if (answer.hookStatus === "SUCCEEDED") return;
      hookDetails = { ...hookDetails, ...answer.hookDetails };
      await this.context.clock.wait((answer.callBackDelay ?? defaultCallBackSeconds) * 1000, signal);
    }
  }

  // Source: ECS developer guide, pause-lifecycle-hooks.
  private async pause({ timeoutConfiguration }: PauseHook, payload: HookPayload, signal: AbortSignal): Promise<void> {
    const { timeoutInMinutes, action: timeoutAction } = timeoutConfiguration;
    const { clock } = this.context;
    const hookId = `ecs-pause-${randomUUID()}`;
    const expiresAtAwsMs = clock.awsMs + timeoutInMinutes * 60_000;
    const end = (status: HookDetail["status"], text: string) => {
      this.pauses.set(hookId, { hookId, targetType: "PAUSE", status, expiresAtAwsMs, timeoutAction });
      const type = `hook.${status.toLowerCase().replace("_", "-")}`;
      const { resourceArn, lifecycleStage } = payload;
      const detail = { hookId, serviceDeploymentArn: resourceArn, lifecycleStage };
      this.context.timeline.emit("ecs", type, `${lifecycleStage} ${text}`, detail);
    };
    const answered = new Promise<HookAction>((resolve) => this.waiting.set(hookId, resolve));
    end("AWAITING_ACTION", `is paused: a person may continue it within ${timeoutInMinutes} minutes`);
    try {
      const context = { ...this.context, signal };
      const action = await withinMinutes(timeoutInMinutes, "waiting for a person to continue", context, (limited) =>
        orAborted(answered, limited),
      );
      if (action === "CONTINUE") return end("SUCCEEDED", "was continued");
      end("FAILED", "is to be rolled back");
      throw new HookFailed(`a person rolled the deployment back at ${payload.lifecycleStage}`);
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      end("TIMED_OUT", `timed out: ${timeoutAction}`);
      if (timeoutAction === "CONTINUE") return;
      throw new HookFailed(`nobody continued the deployment within ${timeoutInMinutes} minutes`, { cause: error });
    } finally {
      this.waiting.delete(hookId);
    }
  }
}

interface HookAnswer {
  readonly hookStatus: "SUCCEEDED" | "IN_PROGRESS";
  readonly callBackDelay?: number;
  readonly hookDetails?: Readonly<Record<string, unknown>>;
}

/** What a function returned, if it may go on. @throws HookFailed for anything else, as ECS then rolls back */
function hookAnswer(outcome: InvocationOutcome, who: string): HookAnswer {
  if (outcome.status === "threw") throw new HookFailed(`${who} threw ${outcome.errorType}: ${outcome.errorMessage}`);
  if (outcome.status === "timed-out") {
    throw new HookFailed(`${who} timed out after ${outcome.timeoutSeconds} seconds`);
  }
  if (outcome.status === "exited") throw new HookFailed(`${who} exited without an answer`);
  const { hookStatus, callBackDelay, hookDetails } = (outcome.value ?? {}) as Record<string, unknown>;
  if (hookStatus === "FAILED") throw new HookFailed(`${who} returned FAILED`);
  if (hookStatus !== "SUCCEEDED" && hookStatus !== "IN_PROGRESS") {
    throw new HookFailed(`${who} returned no valid hookStatus: ${JSON.stringify(outcome.value)}`);
  }
  return {
    hookStatus,
    ...(typeof callBackDelay === "number" ? { callBackDelay } : {}),
    ...(typeof hookDetails === "object" && hookDetails ? { hookDetails: { ...hookDetails } } : {}),
  };
}
