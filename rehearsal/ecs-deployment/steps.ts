import { startGreen } from "../blue-green/start-green";
import { endGreen, sendProductionBack, sendTestBack } from "../blue-green/way-back";
import type { Remote } from "../controller/channel";
import { Interrupted } from "../controller/interruption";
import type { Work } from "../controller/work";
import { orAborted } from "../time-limit";
import { type Cause, type LifecycleStage, nameOf, type Outcome, type RollbackStage, type Step } from "./lifecycle";
import type { ServiceDeploymentOperations, ServiceDeploymentRequest, Trouble } from "./operations";

/** Longest time of a stage in minutes. Source: ECS developer guide, blue-green-deployment-how-it-works. */
const stageTimeoutMinutes = 24 * 60;

/** A step cannot go on. */
class Failed extends Error {
  constructor(
    readonly by: Cause,
    reason: string,
  ) {
    super(reason);
  }
}

/** What each step of `lifecycle.ts` does. All of it may be repeated from the step's beginning. */
export class ServiceDeploymentSteps {
  constructor(
    private readonly request: ServiceDeploymentRequest,
    private readonly cloud: Remote<ServiceDeploymentOperations>,
  ) {}

  async perform(step: Step, work: Work): Promise<Outcome> {
    try {
      await this.cloud.enter(step);
      if (canBeStopped(step)) work.signal.throwIfAborted();
      await this.effect(step, work);
      return { kind: "done" };
    } catch (error) {
      return { kind: "failed", cause: causeOf(error), reason: (error as Error).message };
    }
  }

  private effect(step: Step, work: Work): Promise<void> | void {
    switch (step.kind) {
      case "stage":
        return this.performStage(step, work);
      case "rollback":
        return this.goBack(step.stage);
      case "stop":
        // What is stopped launches nothing more. Source: ECS developer guide, deployment-circuit-breaker.
        return this.cloud.freezeGreen();
    }
  }

  private async performStage(step: Extract<Step, { kind: "stage" }>, work: Work): Promise<void> {
    const { cloud } = this;
    const { stage } = step;
    switch (stage) {
      case "RECONCILE_SERVICE":
        await this.reconcile();
        return this.runHooks(step, stage, 0, work);
      case "SCALE_UP":
        return this.scaleUp(work);
      case "TEST_TRAFFIC_SHIFT":
        await cloud.sendTest({ to: "green" });
        return this.runHooks(step, stage, 100, work);
      case "PRODUCTION_TRAFFIC_SHIFT": {
        const { greenPercent: percent, thenWaitMinutes } = this.request.shiftSteps[step.shift]!;
        await cloud.sendProduction({ to: "green", percent });
        await this.runHooks(step, stage, percent, work);
        const text = `${percent} % of production on green`;
        if (thenWaitMinutes > 0) await work.wait("step bake time", thenWaitMinutes, text);
        return;
      }
      case "BAKE_TIME":
        return work.wait("bake time", this.request.bakeTimeMinutes, "blue goes on running");
      case "CLEAN_UP":
        await cloud.makePrimary({ side: "green" });
        return cloud.deleteTaskSet({ side: "blue" });
      default:
        return this.runHooks(step, stage, 0, work);
    }
  }

  /** All traffic to the primary revision; every other one ends. UNSURE: AWS does not say what it does in this stage. */
  private async reconcile(): Promise<void> {
    const { cloud } = this;
    await sendProductionBack(cloud);
    await cloud.sendTest({ to: "blue" });
    await cloud.deleteOthers();
  }

  private async scaleUp(work: Work): Promise<void> {
    const { came, late } = await startGreen(this.cloud, this.request.label, stageTimeoutMinutes, work);
    if (late !== undefined) throw new Failed("timeout", `SCALE_UP took longer than 24 hours. ${late}`);
    failOn(came);
  }

  private async goBack(stage: RollbackStage): Promise<void> {
    const { cloud } = this;
    const step: Step = { kind: "rollback", stage, reason: "", left: [] };
    switch (stage) {
      case "PRODUCTION_TRAFFIC_SHIFT":
        await sendProductionBack(cloud);
        return this.runHooks(step, stage, 0);
      case "TEST_TRAFFIC_SHIFT":
        await sendTestBack(cloud);
        return this.runHooks(step, stage, 0);
      case "CLEAN_UP":
        return endGreen(cloud);
    }
  }

  /** @param work none on the way back, which nobody can stop */
  private async runHooks(step: Step, stage: LifecycleStage, greenPercent: number, work?: Work): Promise<void> {
    const { cloud } = this;
    const run = `${nameOf(step)} ${step.kind === "stage" ? step.shift : 0}`;
    const ended = cloud.runHooks({ run, stage, greenPercent });
    if (!work) return failOn(await ended);
    try {
      failOn(await orAborted(ended, work.signal));
    } finally {
      await cloud.endHooks({ run });
    }
  }
}

function failOn(trouble: Trouble | undefined | null): void {
  if (trouble) throw new Failed(trouble.cause, trouble.reason);
}

function canBeStopped(step: Step): boolean {
  return step.kind === "pending" || (step.kind === "stage" && step.stage !== "CLEAN_UP");
}

function causeOf(error: unknown): Cause {
  if (error instanceof Failed) return error.by;
  return error instanceof Interrupted ? (error.kind as Cause) : "error";
}
