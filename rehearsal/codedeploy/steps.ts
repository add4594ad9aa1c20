import { randomUUID } from "node:crypto";
import { startGreen } from "../blue-green/start-green";
import { endGreen, makeBluePrimary, sendProductionBack, sendTestBack } from "../blue-green/way-back";
import type { Remote } from "../controller/channel";
import { Interrupted } from "../controller/interruption";
import type { Work } from "../controller/work";
import type { LifecycleEvent, Outcome, Step } from "./lifecycle";
import type { DeploymentOperations, DeploymentRequest } from "./operations";

/** Minutes that CodeDeploy waits for the replacement task set to become healthy. Source: its own error message, "This time out period is 60 minutes". */
const installTimeoutMinutes = 60;
/** Minutes in which a hook's verdict must come. Source: CodeDeploy user guide, reference-appspec-file-structure-hooks. */
const hookTimeoutMinutes = 60;

/** Source: CodeDeploy's own error message. */
const neverHealthy = `The deployment timed out while waiting for the replacement task set to become healthy. This time out period is ${installTimeoutMinutes} minutes.`;

/** What each step of `lifecycle.ts` does. All of it may be repeated from the step's beginning. */
export class DeploymentSteps {
  constructor(
    private readonly request: DeploymentRequest,
    private readonly cloud: Remote<DeploymentOperations>,
  ) {}

  async perform(step: Step, work: Work): Promise<Outcome> {
    try {
      // The way back and the end of blue cannot be stopped.
      if (step.kind !== "rollback" && step.kind !== "terminateBlue") work.signal.throwIfAborted();
      await this.effect(step, work);
      return { kind: "done" };
    } catch (error) {
      const reason = (error as Error).message;
      if (!(error instanceof Interrupted)) return { kind: "failed", reason };
      return { kind: error.kind === "alarm" ? "alarm" : "stopped", reason };
    }
  }

  private effect(step: Step, work: Work): Promise<void> | void {
    switch (step.kind) {
      case "event":
        return this.performEvent(step.event, work);
      case "approval":
        return this.waitForApproval(work);
      case "terminationWait":
        return work.wait("termination wait", this.request.terminationWaitMinutes, "blue goes on running");
      case "terminateBlue":
        return this.cloud.deleteTaskSet({ side: "blue" });
      case "rollback":
        return this.rollBack();
    }
  }

  private performEvent(event: LifecycleEvent, work: Work): Promise<void> {
    switch (event) {
      case "Install":
        return this.install(work);
      case "AllowTestTraffic":
        return this.cloud.sendTest({ to: "green" });
      case "AllowTraffic":
        return this.shift(work);
      default:
        return this.runHook(event, work);
    }
  }

  private async install(work: Work): Promise<void> {
    const { late } = await startGreen(this.cloud, this.request.label, installTimeoutMinutes, work);
    if (late !== undefined) throw new Error(`${neverHealthy} ${late}`);
  }

  private async runHook(event: LifecycleEvent, work: Work): Promise<void> {
    const { cloud } = this;
    const functionName = this.request.hooks[event];
    if (functionName === undefined) return;
    const executionId = await work.once("execution", () => randomUUID());
    await work.once("invoked", () => cloud.invokeHook({ event, executionId }));
    try {
      const verdict = cloud.hookVerdict({ executionId });
      await work.inTime(
        "verdict",
        hookTimeoutMinutes,
        `hook ${functionName}`,
        verdict,
        this.request.leastHookTimeoutMs,
      );
    } catch (error) {
      await cloud.closeHook({ executionId });
      throw error;
    }
    const { verdict, ending } = await cloud.closeHook({ executionId });
    if (verdict === "Succeeded") return;
    const hook = `the hook ${functionName} at ${event}`;
    if (verdict === "Failed") throw new Error(`${hook} reported Failed`);
    throw new Error(`${hook} gave no verdict within ${hookTimeoutMinutes} minutes: ${ending}`);
  }

  private async shift(work: Work): Promise<void> {
    const { cloud } = this;
    for (const { greenPercent: percent, thenWaitMinutes } of this.request.shiftSteps) {
      const share = `${percent} % of production on green`;
      // A share that was set is not set again: the shift may be further already.
      await work.once(share, () => cloud.sendProduction({ to: "green", percent }));
      if (thenWaitMinutes > 0) await work.wait(share, thenWaitMinutes, share);
    }
    await cloud.makePrimary({ side: "green" });
  }

  private async waitForApproval(work: Work): Promise<void> {
    const { id, approvalMinutes } = this.request;
    const continued = this.cloud.continued();
    await work.tell({ type: "deployment.ready", text: `deployment ${id} is Ready: a person may continue it` });
    await work.inTime("approval", approvalMinutes, "waiting for a person to continue", continued);
    if (await this.cloud.closeReady()) return;
    throw new Interrupted("stop", `nobody continued the deployment within ${approvalMinutes} minutes`);
  }

  /** Once production is back on blue, nothing that fails holds up what is left. */
  private async rollBack(): Promise<void> {
    const { cloud } = this;
    await sendProductionBack(cloud);
    const left: string[] = [];
    for (const part of [sendTestBack, makeBluePrimary, endGreen])
      await part(cloud).catch(({ message }: Error) => left.push(message));
    if (left.length > 0) throw new Error(left.join("; "));
  }
}
