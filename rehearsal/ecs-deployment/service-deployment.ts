import type { TrafficRoutes } from "../codedeploy/traffic";
import type { Service } from "../ecs/service";
import type { TaskSpec } from "../ecs/task";
import type { TaskSet } from "../ecs/task-set";
import { whyNotSteady } from "../ecs/why-not-steady";
import { TimedOut, withinMinutes } from "../time-limit";
import { CircuitBroken, watchFailures } from "./circuit-breaker";
import { type DeploymentConfiguration, shiftSteps } from "./deployment-configuration";
import {
  type Cause,
  firstStep,
  type LifecycleRules,
  type LifecycleStage,
  nameOf,
  nextStep,
  type Outcome,
  type RollbackStage,
  type Status,
  statusOf,
  type Step,
} from "./lifecycle";
import { HookFailed, StageHooks, type StageHooksContext, stageTimeoutMinutes } from "./stage-hooks";

export interface ServiceDeploymentProps {
  readonly arn: string;
  readonly serviceArn: string;
  readonly configuration: DeploymentConfiguration;
  readonly taskDefinitionArn: string;
  /** The green task set's name for people. */
  readonly label: string;
  /** Starts one task of the new revision. */
  readonly launch: () => Promise<TaskSpec>;
  /** ARNs of the service revisions: the one that is deployed, and the one that is live. */
  readonly targetRevisionArn: string;
  readonly sourceRevisionArn: string;
}

/** The alarms of the account, as far as a deployment looks at them. */
export interface DeploymentAlarms {
  /** Which of these are in state ALARM. */
  readonly firing: (names: readonly string[]) => readonly string[];
  /** Calls `listener` with each alarm that goes to ALARM from now on; the returned function ends that. */
  readonly onFire: (listener: (name: string) => void) => () => void;
}

/** What a deployment works on and with. */
export interface ServiceDeploymentContext extends StageHooksContext {
  readonly service: Service;
  readonly routes: TrafficRoutes;
  readonly alarms: DeploymentAlarms;
  /** Ends everything at once, half done or not. */
  readonly signal: AbortSignal;
}

/** Somebody other than the step itself ended it. */
class Interrupted extends Error {
  constructor(
    readonly by: Cause,
    reason: string,
  ) {
    super(reason);
  }
}

/** Performs one service deployment, step by step of `lifecycle.ts`. */
export class ServiceDeployment {
  readonly arn: string;
  readonly blue: TaskSet;
  green: TaskSet | undefined;
  step: Step = firstStep;
  readonly hooks: StageHooks;
  readonly triggeredAlarms = new Set<string>();
  /** Whether ECS looks at the configuration's alarms during this deployment. */
  monitorsAlarms = false;

  private readonly interruption = new AbortController();
  private interruptedBy: Cause | undefined;
  private readonly rules: LifecycleRules;

  /** @throws Error if the service has nothing to deploy against. */
  constructor(
    readonly props: ServiceDeploymentProps,
    private readonly context: ServiceDeploymentContext,
  ) {
    const { service } = context;
    if (!service.primaryTaskSet) throw new Error(`service ${service.name} has no task set to deploy against`);
    this.arn = props.arn;
    this.blue = service.primaryTaskSet;
    this.hooks = new StageHooks(props.configuration.lifecycleHooks, context);
    const { deploymentCircuitBreaker, alarms } = props.configuration;
    this.rules = {
      reconcile: service.describeTaskSets().length > 1,
      shifts: shiftSteps(props.configuration).length,
      rollbackOn: { circuitBreaker: deploymentCircuitBreaker?.rollback ?? false, alarm: alarms?.rollback ?? false },
    };
  }

  get status(): Status {
    return statusOf(this.step, this.interruptedBy);
  }

  /** Runs to the end. Rejects only when the context's signal is aborted. */
  async run(): Promise<Extract<Step, { kind: "ended" }>> {
    this.tell("deployment.created", `service deployment ${this.id} created: ${this.props.label}`);
    const ignore = this.watchAlarms();
    try {
      while (this.step.kind !== "ended") this.step = nextStep(this.step, await this.attempt(this.step), this.rules);
    } finally {
      ignore();
    }
    const { status, reason } = this.step;
    const why = reason === undefined ? "" : `: ${reason}`;
    this.tell(`deployment.${status.toLowerCase()}`, `service deployment ${this.id} ${status}${why}`, {
      status,
      reason,
    });
    return this.step;
  }

  /** Ends the step under way: StopServiceDeployment, an alarm, or a newer deployment. The way back cannot be stopped. */
  interrupt(by: "request" | "alarm" | "newDeployment", reason: string): void {
    this.interruptedBy ??= by;
    this.interruption.abort(new Interrupted(by, reason));
  }

  private async attempt(step: Step): Promise<Outcome> {
    const name = nameOf(step);
    const shift = step.kind === "stage" && step.stage === "PRODUCTION_TRAFFIC_SHIFT";
    const detail = { step: name, ...(shift ? { greenPercent: this.shiftStep(step.shift).greenPercent } : {}) };
    this.tell("lifecycle.started", `${name} started`, detail);
    try {
      if (canBeStopped(step)) this.interruption.signal.throwIfAborted();
      await this.perform(step);
    } catch (error) {
      this.context.signal.throwIfAborted();
      const reason = (error as Error).message;
      this.tell("lifecycle.failed", `${name} failed: ${reason}`, { ...detail, reason });
      return { kind: "failed", cause: causeOf(error), reason };
    }
    this.tell("lifecycle.succeeded", `${name} succeeded`, detail);
    return { kind: "done" };
  }

  private perform(step: Step): Promise<void> | void {
    switch (step.kind) {
      case "stage":
        return this.performStage(step.stage, step.shift);
      case "rollback":
        return this.goBack(step.stage);
      case "stop":
        // What is stopped launches nothing more. Source: ECS developer guide, deployment-circuit-breaker.
        return this.green?.setDesiredCount(this.green.runningCount);
    }
  }

  private async performStage(stage: LifecycleStage, shift: number): Promise<void> {
    const { service, routes } = this.context;
    switch (stage) {
      case "RECONCILE_SERVICE":
        await this.reconcile();
        return this.runHooks(stage);
      case "SCALE_UP":
        return this.scaleUp();
      case "TEST_TRAFFIC_SHIFT":
        routes.sendTest(this.green!.targetGroup);
        return this.runHooks(stage, 100);
      case "PRODUCTION_TRAFFIC_SHIFT": {
        const { greenPercent, thenWaitMinutes } = this.shiftStep(shift);
        routes.sendProduction(this.green!.targetGroup, greenPercent);
        await this.runHooks(stage, greenPercent);
        return this.wait(`${greenPercent} % of production on green`, thenWaitMinutes);
      }
      case "BAKE_TIME":
        return this.wait("blue goes on running", this.props.configuration.bakeTimeInMinutes);
      case "CLEAN_UP":
        service.updateServicePrimaryTaskSet(this.green!.id);
        return service.deleteTaskSet(this.blue.id);
      default:
        return this.runHooks(stage);
    }
  }

  /** UNSURE: AWS does not say what it does in this stage. Here all traffic goes to the primary revision, and the others end. */
  private async reconcile(): Promise<void> {
    const { service, routes } = this.context;
    routes.sendProduction(this.blue.targetGroup, 100);
    routes.sendTest(this.blue.targetGroup);
    const others = service.describeTaskSets().filter(({ taskSet }) => taskSet !== this.blue);
    await Promise.all(others.map(({ taskSet }) => service.deleteTaskSet(taskSet.id)));
  }

  private async scaleUp(): Promise<void> {
    const { service, routes } = this.context;
    const { label, taskDefinitionArn: taskDefinition, launch } = this.props;
    const targetGroup = routes.other(this.blue.targetGroup);
    const green = service.createTaskSet({ label, taskDefinition, targetGroup, launch });
    this.green = green;
    const broken = new AbortController();
    const enabled = this.props.configuration.deploymentCircuitBreaker?.enable;
    const ignore = enabled ? watchFailures(green, service.desiredCount, (error) => broken.abort(error)) : undefined;
    const context = { ...this.context, signal: AbortSignal.any([this.signal, broken.signal]) };
    try {
      await withinMinutes(stageTimeoutMinutes, `waiting for ${label} to become healthy`, context, (signal) =>
        green.whenSteady(signal),
      );
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      throw new TimedOut(`SCALE_UP took longer than 24 hours. ${whyNotSteady(green)}`, { cause: error });
    } finally {
      ignore?.();
    }
  }

  private async goBack(stage: RollbackStage): Promise<void> {
    const { service, routes } = this.context;
    switch (stage) {
      case "PRODUCTION_TRAFFIC_SHIFT":
        routes.sendProduction(this.blue.targetGroup, 100);
        return this.runHooks(stage, 0);
      case "TEST_TRAFFIC_SHIFT":
        routes.sendTest(this.blue.targetGroup);
        return this.runHooks(stage, 0);
      case "CLEAN_UP":
        if (this.green) await service.deleteTaskSet(this.green.id);
    }
  }

  /** @param greenPercent green's share of the traffic that this stage shifts */
  private runHooks(stage: LifecycleStage, greenPercent = 0): Promise<void> {
    const { serviceArn, targetRevisionArn, sourceRevisionArn } = this.props;
    const weights = { [targetRevisionArn]: greenPercent, [sourceRevisionArn]: 100 - greenPercent };
    const executionDetails = {
      serviceArn,
      targetServiceRevisionArn: targetRevisionArn,
      testTrafficWeights: stage === "TEST_TRAFFIC_SHIFT" ? weights : {},
      productionTrafficWeights: stage === "PRODUCTION_TRAFFIC_SHIFT" ? weights : {},
    };
    const signal = this.step.kind === "rollback" ? this.context.signal : this.signal;
    return this.hooks.run({ lifecycleStage: stage, resourceArn: this.arn, executionDetails }, signal);
  }

  /** From the start to the end of the bake time. Source: ECS developer guide, deployment-alarm-failure. */
  private watchAlarms(): () => void {
    const { enable = false, alarmNames = [] } = this.props.configuration.alarms ?? {};
    if (!enable) return () => undefined;
    const firing = this.context.alarms.firing(alarmNames);
    if (firing.length > 0) {
      const text = `${firing.join(", ")} is in ALARM already: ECS does not look at alarms during this deployment`;
      this.tell("alarms.disabled", text, { alarmNames: firing });
      return () => undefined;
    }
    this.monitorsAlarms = true;
    return this.context.alarms.onFire((name) => {
      if (!alarmNames.includes(name)) return;
      this.triggeredAlarms.add(name);
      this.interrupt("alarm", `the alarm ${name} went to ALARM`);
    });
  }

  private shiftStep(index: number) {
    return shiftSteps(this.props.configuration)[index]!;
  }

  private async wait(text: string, minutes: number): Promise<void> {
    if (minutes === 0) return;
    const { clock, timeline } = this.context;
    await timeline.during(text, minutes * 60_000, () => clock.wait(minutes * 60_000, this.signal));
  }

  private get signal(): AbortSignal {
    return AbortSignal.any([this.context.signal, this.interruption.signal]);
  }

  private get id(): string {
    return this.arn.split("/").at(-1)!;
  }

  private tell(type: string, text: string, detail: Record<string, unknown> = {}): void {
    this.context.timeline.emit("ecs", type, text, { serviceDeploymentArn: this.arn, ...detail });
  }
}

function canBeStopped(step: Step): boolean {
  return step.kind === "pending" || (step.kind === "stage" && step.stage !== "CLEAN_UP");
}

function causeOf(error: unknown): Cause {
  if (error instanceof Interrupted) return error.by;
  if (error instanceof HookFailed) return "hook";
  if (error instanceof CircuitBroken) return "circuitBreaker";
  return error instanceof TimedOut ? "timeout" : "error";
}
