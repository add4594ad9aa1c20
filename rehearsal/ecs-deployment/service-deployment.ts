import { join } from "node:path";
import type { TrafficRoutes } from "../blue-green/traffic-routes";
import { ControllerProcess } from "../controller/controller-process";
import { TimelineAnnouncer } from "../controller/timeline-announcer";
import type { ProcessRegistry } from "../ecs/process-group";
import type { Service } from "../ecs/service";
import type { TaskSpec } from "../ecs/task";
import type { TaskSet } from "../ecs/task-set";
import { ServiceDeploymentCloud } from "./cloud";
import { type DeploymentConfiguration, shiftSteps } from "./deployment-configuration";
import { type LifecycleRules, type Status, statusOf, type Step } from "./lifecycle";
import type { ServiceDeploymentRequest } from "./operations";
import { StageHooks, type StageHooksContext } from "./stage-hooks";

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
  /** Holds the controllers' journals, a directory a deployment. */
  readonly directory: string;
  readonly processes?: ProcessRegistry;
  /** Ends everything at once, half done or not. */
  readonly signal: AbortSignal;
}

export type InterruptedBy = "request" | "alarm" | "newDeployment";
type Ended = Extract<Step, { kind: "ended" }>;

/**
 * One service deployment of ECS's own: `lifecycle.ts` performed by a controller in a process of its own, which is started
 * again from its journal when it dies. What it works on is here, and outlives it.
 */
export class ServiceDeployment {
  readonly arn: string;
  readonly hooks: StageHooks;
  readonly controller: ControllerProcess<Step>;
  readonly triggeredAlarms = new Set<string>();
  /** Whether ECS looks at the configuration's alarms during this deployment. */
  monitorsAlarms = false;

  private readonly cloud: ServiceDeploymentCloud;
  private readonly over = new AbortController();
  private interruptedBy: InterruptedBy | undefined;

  /** @throws Error if the service has nothing to deploy against. */
  constructor(
    private readonly props: ServiceDeploymentProps,
    private readonly context: ServiceDeploymentContext,
  ) {
    const { service, timeline, clock, directory, processes, signal } = context;
    const { arn, label, configuration } = props;
    const { primaryTaskSet: blue } = service;
    if (!blue) throw new Error(`service ${service.name} has no task set to deploy against`);
    this.arn = arn;
    this.hooks = new StageHooks(configuration.lifecycleHooks, context);
    this.cloud = new ServiceDeploymentCloud({
      ...props,
      ...context,
      id: arn,
      blue,
      hooks: this.hooks,
      circuitBreaker: configuration.deploymentCircuitBreaker?.enable ?? false,
      signal: AbortSignal.any([signal, this.over.signal]),
    });
    const id = arn.split("/").at(-1)!;
    const steps = shiftSteps(configuration);
    const request: ServiceDeploymentRequest = {
      scale: clock.scale,
      id,
      label,
      rules: rulesOf(configuration, steps.length, service),
      shiftSteps: steps,
      bakeTimeMinutes: configuration.bakeTimeInMinutes,
    };
    this.controller = new ControllerProcess<Step>({
      name: `service deployment ${id}`,
      entryPoint: join(__dirname, "controller-main.ts"),
      directory: join(directory, id),
      request,
      cloud: this.cloud,
      announcer: new TimelineAnnouncer(timeline, "ecs", { serviceDeploymentArn: arn }),
      processes,
      signal,
    });
  }

  /** Green's name for people. */
  get label(): string {
    return this.props.label;
  }

  get blue(): TaskSet {
    return this.cloud.blue;
  }

  get green(): TaskSet | undefined {
    return this.cloud.green;
  }

  get step(): Step {
    return this.cloud.step;
  }

  get status(): Status {
    return statusOf(this.step, this.interruptedBy);
  }

  /** Runs to the end. Rejects only when the context's signal is aborted, or its controller cannot live. */
  async run(): Promise<Ended> {
    const ignore = this.watchAlarms();
    try {
      const ended = await this.controller.run();
      this.cloud.enter(ended);
      return ended as Ended;
    } finally {
      ignore();
      this.over.abort(new Error(`${this.arn} is over`));
    }
  }

  /** Ends the step under way: StopServiceDeployment, an alarm, or a newer deployment. The way back cannot be stopped. */
  interrupt(by: InterruptedBy, reason: string): void {
    this.interruptedBy ??= by;
    this.controller.interrupt(by, reason);
  }

  /** From the start to the end of the bake time. Source: ECS developer guide, deployment-alarm-failure. */
  private watchAlarms(): () => void {
    const { enable = false, alarmNames = [] } = this.props.configuration.alarms ?? {};
    if (!enable) return () => undefined;
    const { alarms, timeline } = this.context;
    const firing = alarms.firing(alarmNames);
    if (firing.length > 0) {
      const text = `${firing.join(", ")} is in ALARM already: ECS does not look at alarms during this deployment`;
      timeline.emit("ecs", "alarms.disabled", text, { serviceDeploymentArn: this.arn, alarmNames: firing });
      return () => undefined;
    }
    this.monitorsAlarms = true;
    return alarms.onFire((name) => {
      if (!alarmNames.includes(name)) return;
      this.triggeredAlarms.add(name);
      this.interrupt("alarm", `the alarm ${name} went to ALARM`);
    });
  }
}

function rulesOf(
  { deploymentCircuitBreaker, alarms }: DeploymentConfiguration,
  shifts: number,
  service: Service,
): LifecycleRules {
  return {
    reconcile: service.describeTaskSets().length > 1,
    shifts,
    rollbackOn: { circuitBreaker: deploymentCircuitBreaker?.rollback ?? false, alarm: alarms?.rollback ?? false },
  };
}
