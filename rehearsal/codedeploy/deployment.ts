import type { Clock } from "../clock";
import type { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import type { TaskSpec } from "../ecs/task";
import { whyNotSteady } from "../ecs/why-not-steady";
import type { Timeline } from "../events";
import type { DeploymentConfig, DeploymentGroup } from "../graph/account";
import { orAborted, TimedOut, withinMinutes } from "../time-limit";
import type { HookVerdicts } from "./hook-verdicts";
import { firstStep, type LifecycleEvent, type LifecycleRules, nextStep, type Outcome, type Step } from "./lifecycle";
import type { TrafficRoutes } from "./traffic";
import { type ShiftStep, shiftSteps } from "./traffic-shift";

export interface DeploymentProps {
  readonly id: string;
  readonly group: DeploymentGroup;
  /** The program's own configuration of the shift. @default one that CodeDeploy has predefined */
  readonly deploymentConfig?: DeploymentConfig;
  readonly taskDefinitionArn: string;
  /** The green task set's name for people. */
  readonly label: string;
  /** Starts one task of the new revision. */
  readonly launch: () => Promise<TaskSpec>;
  /** Function names by lifecycle event, from the AppSpec. */
  readonly hooks: Readonly<Record<string, string>>;
}

/** What a deployment works on and with. */
export interface DeploymentContext {
  readonly service: Service;
  readonly routes: TrafficRoutes;
  readonly verdicts: HookVerdicts;
  /** Invokes a function once; resolves with how that ended, for people, and rejects if it could not be invoked. */
  readonly invoke: (functionName: string, event: unknown, signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Ends everything at once, half done or not. */
  readonly signal: AbortSignal;
}

/** Minutes that CodeDeploy waits for the replacement task set to become healthy. Source: its own error message, "This time out period is 60 minutes". */
const installTimeoutMinutes = 60;
/** Minutes in which a hook's verdict must come. Source: CodeDeploy user guide, reference-appspec-file-structure-hooks. */
const hookTimeoutMinutes = 60;

/** Source: CodeDeploy's own error message. */
const neverHealthy = `The deployment timed out while waiting for the replacement task set to become healthy. This time out period is ${installTimeoutMinutes} minutes.`;

/** A person (or the pipeline) asked for the deployment to stop. */
class StopRequested extends Error {}

/** Performs one deployment, step by step of `lifecycle.ts`. */
export class Deployment {
  readonly id: string;
  readonly blue: TaskSet;
  green: TaskSet | undefined;
  step: Step = firstStep;

  private readonly interruption = new AbortController();
  private readonly shiftSteps: readonly ShiftStep[];
  private approve: (() => void) | undefined;

  /** @throws Error if the service has nothing to deploy against, or the deployment configuration is unknown. */
  constructor(
    private readonly props: DeploymentProps,
    private readonly context: DeploymentContext,
  ) {
    const { primaryTaskSet } = context.service;
    if (!primaryTaskSet) throw new Error(`service ${context.service.name} has no task set to deploy against`);
    this.id = props.id;
    this.blue = primaryTaskSet;
    this.shiftSteps = shiftSteps(props.group.deploymentConfigName, props.deploymentConfig);
  }

  /** Runs to the end. Rejects only when the context's signal is aborted. */
  async run(): Promise<Extract<Step, { kind: "ended" }>> {
    const rules = this.rules();
    this.tell("deployment.created", `deployment ${this.id} created: ${this.props.label}`);
    while (this.step.kind !== "ended") this.step = nextStep(this.step, await this.attempt(this.step), rules);
    const { status, reason } = this.step;
    const type = `deployment.${status.toLowerCase()}`;
    this.tell(type, `deployment ${this.id} ${status}${reason === undefined ? "" : `: ${reason}`}`, { status, reason });
    return this.step;
  }

  /** StopDeployment: ends the step under way and rolls back. */
  stop(reason: string): void {
    this.interruption.abort(new StopRequested(reason));
  }

  /** ContinueDeployment: lets traffic shift when the deployment is `Ready`. */
  continue(): void {
    this.approve?.();
  }

  private rules(): LifecycleRules {
    const { blueGreenDeploymentConfig, autoRollbackConfiguration } = this.props.group;
    const events = autoRollbackConfiguration?.enabled ? autoRollbackConfiguration.events : [];
    return {
      approval: blueGreenDeploymentConfig.deploymentReadyOption.actionOnTimeout === "STOP_DEPLOYMENT",
      rollbackOnFailure: events.includes("DEPLOYMENT_FAILURE"),
      rollbackOnStop: events.includes("DEPLOYMENT_STOP_ON_REQUEST"),
    };
  }

  private async attempt(step: Step): Promise<Outcome> {
    const name = step.kind === "event" ? step.event : step.kind;
    this.tell("lifecycle.started", `${name} started`, { step: name });
    try {
      // The way back and the end of blue cannot be stopped.
      if (step.kind !== "rollback" && step.kind !== "terminateBlue") this.interruption.signal.throwIfAborted();
      await this.perform(step);
    } catch (error) {
      this.context.signal.throwIfAborted();
      const reason = (error as Error).message;
      this.tell("lifecycle.failed", `${name} failed: ${reason}`, { step: name, reason });
      return { kind: error instanceof StopRequested ? "stopped" : "failed", reason };
    }
    this.tell("lifecycle.succeeded", `${name} succeeded`, { step: name });
    return { kind: "done" };
  }

  private perform(step: Step): Promise<void> | void {
    switch (step.kind) {
      case "event":
        return this.performEvent(step.event);
      case "approval":
        return this.waitForApproval();
      case "terminationWait":
        return this.wait("blue goes on running", this.terminationWaitMinutes);
      case "terminateBlue":
        return this.context.service.deleteTaskSet(this.blue.id);
      case "rollback":
        return this.rollBack();
    }
  }

  private performEvent(event: LifecycleEvent): Promise<void> | void {
    switch (event) {
      case "Install":
        return this.install();
      case "AllowTestTraffic":
        return this.context.routes.sendTest(this.green!.targetGroup);
      case "AllowTraffic":
        return this.shift();
      default:
        return this.runHook(event);
    }
  }

  private async install(): Promise<void> {
    const { service, routes } = this.context;
    const targetGroup = routes.other(this.blue.targetGroup);
    // Health checks run only in a group that a listener names; from the second deployment on weight 0 is there anyway.
    // When AWS attaches it in the first one is not documented.
    routes.sendProduction(this.blue.targetGroup, 100);
    const { label, taskDefinitionArn, launch } = this.props;
    this.green = service.createTaskSet({ label, taskDefinition: taskDefinitionArn, targetGroup, launch });
    await this.within(installTimeoutMinutes, `waiting for ${label} to become healthy`, async (signal) => {
      try {
        await this.green!.whenSteady(signal);
      } catch (error) {
        throw signal.reason instanceof TimedOut ? new Error(`${neverHealthy} ${whyNotSteady(this.green!)}`) : error;
      }
    });
  }

  private async runHook(event: LifecycleEvent): Promise<void> {
    const functionName = this.props.hooks[event];
    if (functionName === undefined) return;
    const { executionId, verdict, close } = this.context.verdicts.open(this.id);
    const payload = { DeploymentId: this.id, LifecycleEventHookExecutionId: executionId };
    let ending = "it still runs";
    try {
      const result = await this.within(hookTimeoutMinutes, `hook ${functionName}`, (signal) => {
        // What the function itself returns or throws is no verdict.
        const invoked = this.context.invoke(functionName, payload, signal);
        invoked.then(
          (text) => (ending = text),
          (error: Error) => (ending = error.message),
        );
        return orAborted(verdict, signal);
      });
      if (result === "Failed") throw new Error(`the hook ${functionName} at ${event} reported Failed`);
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      const limit = `within ${hookTimeoutMinutes} minutes`;
      throw new Error(`the hook ${functionName} at ${event} gave no verdict ${limit}: ${ending}`, { cause: error });
    } finally {
      close();
    }
  }

  private async shift(): Promise<void> {
    const { routes, service } = this.context;
    for (const { greenPercent, thenWaitMinutes } of this.shiftSteps) {
      routes.sendProduction(this.green!.targetGroup, greenPercent);
      if (thenWaitMinutes > 0) await this.wait(`${greenPercent} % of production on green`, thenWaitMinutes);
    }
    service.updateServicePrimaryTaskSet(this.green!.id);
  }

  private async waitForApproval(): Promise<void> {
    const { waitTimeInMinutes = 0 } = this.props.group.blueGreenDeploymentConfig.deploymentReadyOption;
    const approved = new Promise<void>((resolve) => (this.approve = resolve));
    this.tell("deployment.ready", `deployment ${this.id} is Ready: a person may continue it`);
    await this.within(waitTimeInMinutes, "waiting for a person to continue", (signal) =>
      orAborted(approved, signal),
    ).catch((error: unknown) => {
      if (!(error instanceof TimedOut)) throw error;
      throw new StopRequested(`nobody continued the deployment within ${waitTimeInMinutes} minutes`);
    });
  }

  private async rollBack(): Promise<void> {
    const { service, routes } = this.context;
    if (!this.green) return;
    routes.sendProduction(this.blue.targetGroup, 100);
    routes.sendTest(this.blue.targetGroup);
    service.updateServicePrimaryTaskSet(this.blue.id);
    await service.deleteTaskSet(this.green.id);
  }

  private get terminationWaitMinutes(): number {
    return (
      this.props.group.blueGreenDeploymentConfig.terminateBlueInstancesOnDeploymentSuccess
        .terminationWaitTimeInMinutes ?? 0
    );
  }

  private wait(text: string, minutes: number): Promise<void> {
    const { clock, timeline } = this.context;
    return timeline.during(text, minutes * 60_000, () => clock.wait(minutes * 60_000, this.signal));
  }

  /** Runs `work` for so many minutes at most; its signal is aborted with `TimedOut` after that, or when the deployment is to stop. */
  private within<T>(minutes: number, text: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withinMinutes(minutes, text, { ...this.context, signal: this.signal }, work);
  }

  private get signal(): AbortSignal {
    return AbortSignal.any([this.context.signal, this.interruption.signal]);
  }

  private tell(type: string, text: string, detail: Record<string, unknown> = {}): void {
    this.context.timeline.emit("codedeploy", type, text, { deploymentId: this.id, ...detail });
  }
}
