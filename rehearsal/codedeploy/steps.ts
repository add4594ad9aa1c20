import { Interrupted, type Interruption } from "../blue-green/interruption";
import type { BlueGreenOperations } from "../blue-green/operations";
import type { ShiftStep } from "../blue-green/shift-steps";
import { startGreen } from "../blue-green/start-green";
import { endGreen, makeBluePrimary, sendProductionBack, sendTestBack } from "../blue-green/way-back";
import { orAborted, TimedOut, withinMinutes } from "../time-limit";
import { type EventHookContext, runEventHook } from "./event-hook";
import type { LifecycleEvent, Outcome, Step } from "./lifecycle";

/** Minutes that CodeDeploy waits for the replacement task set to become healthy. Source: its own error message, "This time out period is 60 minutes". */
const installTimeoutMinutes = 60;

/** Source: CodeDeploy's own error message. */
const neverHealthy = `The deployment timed out while waiting for the replacement task set to become healthy. This time out period is ${installTimeoutMinutes} minutes.`;

/** What one deployment is to do. */
export interface DeploymentPlan {
  readonly id: string;
  /** The green task set's name for people. */
  readonly label: string;
  readonly shiftSteps: readonly ShiftStep[];
  /** Function names by lifecycle event, from the AppSpec. */
  readonly hooks: Readonly<Record<string, string>>;
  /** How long a deployment that is `Ready` waits for a person. */
  readonly approvalMinutes: number;
  /** How long blue goes on running after the shift. */
  readonly terminationWaitMinutes: number;
}

/** What the steps of a deployment work on and with. */
export interface DeploymentStepsContext extends EventHookContext {
  readonly sides: BlueGreenOperations;
  readonly interruption: Interruption;
}

/** What each step of `lifecycle.ts` does. */
export class DeploymentSteps {
  /** Aborted when the step under way is to end. */
  private readonly stopped: AbortSignal;
  /** Set while the deployment is `Ready`. */
  private ready: (() => void) | undefined;

  constructor(
    private readonly plan: DeploymentPlan,
    private readonly context: DeploymentStepsContext,
  ) {
    this.stopped = AbortSignal.any([context.signal, context.interruption.signal]);
  }

  /** ContinueDeployment; nothing unless the deployment is `Ready`. */
  continue(): void {
    this.ready?.();
  }

  async perform(step: Step): Promise<Outcome> {
    try {
      // The way back and the end of blue cannot be stopped.
      if (step.kind !== "rollback" && step.kind !== "terminateBlue") this.stopped.throwIfAborted();
      await this.effect(step);
      return { kind: "done" };
    } catch (error) {
      const reason = (error as Error).message;
      if (!(error instanceof Interrupted)) return { kind: "failed", reason };
      return { kind: error.kind === "alarm" ? "alarm" : "stopped", reason };
    }
  }

  private effect(step: Step): Promise<void> | void {
    switch (step.kind) {
      case "event":
        return this.performEvent(step.event);
      case "approval":
        return this.waitForApproval();
      case "terminationWait":
        return this.wait(this.plan.terminationWaitMinutes, "blue goes on running");
      case "terminateBlue":
        return this.context.sides.deleteTaskSet({ side: "blue" });
      case "rollback":
        return this.rollBack();
    }
  }

  private performEvent(event: LifecycleEvent): Promise<void> | void {
    switch (event) {
      case "Install":
        return this.install();
      case "AllowTestTraffic":
        return this.context.sides.sendTest({ to: "green" });
      case "AllowTraffic":
        return this.shift();
      default:
        return this.runHook(event);
    }
  }

  private async install(): Promise<void> {
    const { sides } = this.context;
    const late = await startGreen(sides, this.plan.label, installTimeoutMinutes, this.limits);
    if (late !== undefined) throw new Error(`${neverHealthy} ${late}`);
  }

  private async runHook(event: LifecycleEvent): Promise<void> {
    const { id: deploymentId, hooks } = this.plan;
    const functionName = hooks[event];
    if (functionName !== undefined)
      await runEventHook({ deploymentId, event, functionName }, this.context, this.stopped);
  }

  private async shift(): Promise<void> {
    const { sides } = this.context;
    for (const { greenPercent: percent, thenWaitMinutes } of this.plan.shiftSteps) {
      sides.sendProduction({ to: "green", percent });
      if (thenWaitMinutes > 0) await this.wait(thenWaitMinutes, `${percent} % of production on green`);
    }
    sides.makePrimary({ side: "green" });
  }

  private async waitForApproval(): Promise<void> {
    const { id, approvalMinutes } = this.plan;
    const continued = new Promise<void>((resolve) => (this.ready = resolve));
    const text = `deployment ${id} is Ready: a person may continue it`;
    this.context.timeline.emit("codedeploy", "deployment.ready", text, { deploymentId: id });
    try {
      await withinMinutes(approvalMinutes, "waiting for a person to continue", this.limits, (limited) =>
        orAborted(continued, limited),
      );
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      throw new Interrupted("stop", `nobody continued the deployment within ${approvalMinutes} minutes`);
    } finally {
      this.ready = undefined;
    }
  }

  /** Once production is back on blue, nothing that fails holds up what is left. */
  private async rollBack(): Promise<void> {
    const { sides } = this.context;
    await sendProductionBack(sides);
    const left: string[] = [];
    for (const part of [sendTestBack, makeBluePrimary, endGreen])
      await part(sides).catch(({ message }: Error) => left.push(message));
    if (left.length > 0) throw new Error(left.join("; "));
  }

  private wait(minutes: number, text: string): Promise<void> {
    const { clock, timeline } = this.context;
    const awsMs = minutes * 60_000;
    return timeline.during(text, awsMs, () => clock.wait(awsMs, this.stopped));
  }

  private get limits() {
    const { clock, timeline } = this.context;
    return { clock, timeline, signal: this.stopped };
  }
}
