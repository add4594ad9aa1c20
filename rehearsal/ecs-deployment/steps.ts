import { Interrupted, type Interruption } from "../blue-green/interruption";
import type { ShiftStep } from "../blue-green/shift-steps";
import { startGreen } from "../blue-green/start-green";
import { endGreen, sendProductionBack, sendTestBack } from "../blue-green/way-back";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import { orAborted, TimedOut } from "../time-limit";
import { CircuitBroken } from "./circuit-breaker";
import type { Cause, LifecycleStage, Outcome, RollbackStage, Step } from "./lifecycle";
import type { ServiceBlueGreenOperations } from "./service-blue-green";
import { HookFailed, type HookPayload, type StageHooks } from "./stage-hooks";

/** Longest time of a stage in minutes. Source: ECS developer guide, blue-green-deployment-how-it-works. */
const stageTimeoutMinutes = 24 * 60;

/** What one service deployment is to do. */
export interface ServiceDeploymentPlan {
  readonly arn: string;
  readonly serviceArn: string;
  /** The green task set's name for people. */
  readonly label: string;
  /** ARNs of the service revisions: the one that is deployed, and the one that is live. */
  readonly targetRevisionArn: string;
  readonly sourceRevisionArn: string;
  readonly shiftSteps: readonly ShiftStep[];
  readonly bakeTimeMinutes: number;
}

/** What the steps of a service deployment work on and with. */
export interface ServiceDeploymentStepsContext {
  readonly sides: ServiceBlueGreenOperations;
  readonly hooks: StageHooks;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly interruption: Interruption;
  /** Ends everything at once, half done or not. */
  readonly signal: AbortSignal;
}

/** What each step of `lifecycle.ts` does. */
export class ServiceDeploymentSteps {
  /** Aborted when the step under way is to end. */
  private readonly stopped: AbortSignal;

  constructor(
    private readonly plan: ServiceDeploymentPlan,
    private readonly context: ServiceDeploymentStepsContext,
  ) {
    this.stopped = AbortSignal.any([context.signal, context.interruption.signal]);
  }

  async perform(step: Step): Promise<Outcome> {
    try {
      if (canBeStopped(step)) this.stopped.throwIfAborted();
      await this.effect(step);
      return { kind: "done" };
    } catch (error) {
      return { kind: "failed", cause: causeOf(error), reason: (error as Error).message };
    }
  }

  private effect(step: Step): Promise<void> | void {
    switch (step.kind) {
      case "stage":
        return this.performStage(step.stage, step.shift);
      case "rollback":
        return this.goBack(step.stage);
      case "stop":
        // What is stopped launches nothing more. Source: ECS developer guide, deployment-circuit-breaker.
        return this.context.sides.freezeGreen();
    }
  }

  private async performStage(stage: LifecycleStage, shift: number): Promise<void> {
    const { sides } = this.context;
    switch (stage) {
      case "RECONCILE_SERVICE":
        await this.reconcile();
        return this.runHooks(stage, 0, this.stopped);
      case "SCALE_UP":
        return this.scaleUp();
      case "TEST_TRAFFIC_SHIFT":
        sides.sendTest({ to: "green" });
        return this.runHooks(stage, 100, this.stopped);
      case "PRODUCTION_TRAFFIC_SHIFT": {
        const { greenPercent: percent, thenWaitMinutes } = this.plan.shiftSteps[shift]!;
        sides.sendProduction({ to: "green", percent });
        await this.runHooks(stage, percent, this.stopped);
        if (thenWaitMinutes > 0) await this.wait(thenWaitMinutes, `${percent} % of production on green`);
        return;
      }
      case "BAKE_TIME":
        return this.wait(this.plan.bakeTimeMinutes, "blue goes on running");
      case "CLEAN_UP":
        sides.makePrimary({ side: "green" });
        return sides.deleteTaskSet({ side: "blue" });
      default:
        return this.runHooks(stage, 0, this.stopped);
    }
  }

  /** All traffic to the primary revision; every other one ends. UNSURE: AWS does not say what it does in this stage. */
  private async reconcile(): Promise<void> {
    const { sides } = this.context;
    await sendProductionBack(sides);
    sides.sendTest({ to: "blue" });
    await sides.deleteOthers();
  }

  private async scaleUp(): Promise<void> {
    const { sides, clock, timeline } = this.context;
    const limits = { clock, timeline, signal: this.stopped };
    const late = await startGreen(sides, this.plan.label, stageTimeoutMinutes, limits);
    if (late !== undefined) throw new TimedOut(`SCALE_UP took longer than 24 hours. ${late}`);
  }

  /** Nobody can stop the way back. */
  private async goBack(stage: RollbackStage): Promise<void> {
    const { sides, signal } = this.context;
    switch (stage) {
      case "PRODUCTION_TRAFFIC_SHIFT":
        await sendProductionBack(sides);
        return this.runHooks(stage, 0, signal);
      case "TEST_TRAFFIC_SHIFT":
        await sendTestBack(sides);
        return this.runHooks(stage, 0, signal);
      case "CLEAN_UP":
        return endGreen(sides);
    }
  }

  /** @param greenPercent green's share of the traffic that the stage shifts */
  private runHooks(stage: LifecycleStage, greenPercent: number, signal: AbortSignal): Promise<void> {
    return orAborted(this.context.hooks.run(this.payload(stage, greenPercent), signal), signal);
  }

  private payload(lifecycleStage: LifecycleStage, greenPercent: number): HookPayload {
    const { arn, serviceArn, targetRevisionArn, sourceRevisionArn } = this.plan;
    const weights = { [targetRevisionArn]: greenPercent, [sourceRevisionArn]: 100 - greenPercent };
    const executionDetails = {
      serviceArn,
      targetServiceRevisionArn: targetRevisionArn,
      testTrafficWeights: lifecycleStage === "TEST_TRAFFIC_SHIFT" ? weights : {},
      productionTrafficWeights: lifecycleStage === "PRODUCTION_TRAFFIC_SHIFT" ? weights : {},
    };
    return { lifecycleStage, resourceArn: arn, executionDetails };
  }

  private wait(minutes: number, text: string): Promise<void> {
    const { clock, timeline } = this.context;
    const awsMs = minutes * 60_000;
    return timeline.during(text, awsMs, () => clock.wait(awsMs, this.stopped));
  }
}

function canBeStopped(step: Step): boolean {
  return step.kind === "pending" || (step.kind === "stage" && step.stage !== "CLEAN_UP");
}

function causeOf(error: unknown): Cause {
  if (error instanceof HookFailed) return "hook";
  if (error instanceof TimedOut) return "timeout";
  if (error instanceof CircuitBroken) return "circuitBreaker";
  return error instanceof Interrupted ? (error.kind as Cause) : "error";
}
