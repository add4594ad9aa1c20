import { Interruption } from "../blue-green/interruption";
import { runLifecycle } from "../blue-green/run-lifecycle";
import type { ShiftStep } from "../blue-green/shift-steps";
import type { TrafficRoutes } from "../blue-green/traffic-routes";
import type { Service } from "../ecs/service";
import type { TaskSpec } from "../ecs/task-spec";
import type { TaskSet } from "../ecs/task-set";
import { type DeploymentConfiguration, shiftSteps } from "./deployment-configuration";
import { type Ended, firstStep, lifecycle, type LifecycleRules, type Status, statusOf, type Step } from "./lifecycle";
import { ServiceBlueGreen } from "./service-blue-green";
import { StageHooks, type StageHooksContext } from "./stage-hooks";
import { ServiceDeploymentSteps } from "./steps";

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

export type InterruptedBy = "request" | "alarm" | "newDeployment";

/** One service deployment of ECS's own: `lifecycle.ts` performed on a service. */
export class ServiceDeployment {
  readonly arn: string;
  readonly hooks: StageHooks;
  readonly triggeredAlarms = new Set<string>();
  /** Whether ECS looks at the configuration's alarms during this deployment. */
  monitorsAlarms = false;

  private readonly sides: ServiceBlueGreen;
  private readonly shiftSteps: readonly ShiftStep[];
  private readonly rules: LifecycleRules;
  private readonly steps: ServiceDeploymentSteps;
  private readonly interruption = new Interruption();
  private readonly over = new AbortController();
  private interruptedBy: InterruptedBy | undefined;
  private current: Step = firstStep;

  /** @throws Error if the service has nothing to deploy against. */
  constructor(
    private readonly props: ServiceDeploymentProps,
    private readonly context: ServiceDeploymentContext,
  ) {
    const { service } = context;
    const { arn, configuration } = props;
    const { primaryTaskSet: blue } = service;
    if (!blue) throw new Error(`service ${service.name} has no task set to deploy against`);
    this.arn = arn;
    this.hooks = new StageHooks(configuration.lifecycleHooks, context);
    const signal = AbortSignal.any([context.signal, this.over.signal]);
    const circuitBreaker = configuration.deploymentCircuitBreaker?.enable ?? false;
    this.sides = new ServiceBlueGreen({ ...props, ...context, id: arn, blue, circuitBreaker, signal });
    this.shiftSteps = shiftSteps(configuration);
    this.rules = rulesOf(configuration, this.shiftSteps.length, service);
    const { sides, hooks, interruption } = this;
    this.steps = new ServiceDeploymentSteps(
      { ...props, shiftSteps: this.shiftSteps, bakeTimeMinutes: configuration.bakeTimeInMinutes },
      { ...context, sides, hooks, interruption, signal },
    );
  }

  get blue(): TaskSet {
    return this.sides.blue;
  }

  get green(): TaskSet | undefined {
    return this.sides.green;
  }

  /** The step under way, or the last one. */
  get step(): Step {
    return this.current;
  }

  get status(): Status {
    return statusOf(this.step, this.interruptedBy);
  }

  /** Runs to the end. Rejects only when the context's signal is aborted. */
  async run(): Promise<Ended> {
    const { arn, shiftSteps } = this;
    const { timeline, signal } = this.context;
    const ignore = this.watchAlarms();
    try {
      const ended = await runLifecycle({
        name: `service deployment ${arn.split("/").at(-1)}`,
        label: this.props.label,
        machine: lifecycle(this.rules),
        perform: (step) => {
          this.current = step;
          return this.steps.perform(step);
        },
        detailOf: (step) => {
          const shifts = step.kind === "stage" && step.stage === "PRODUCTION_TRAFFIC_SHIFT";
          return shifts ? { greenPercent: shiftSteps[step.shift]!.greenPercent } : {};
        },
        emit: (type, text, detail) => timeline.emit("ecs", type, text, { serviceDeploymentArn: arn, ...detail }),
        signal,
      });
      this.current = ended;
      return ended;
    } finally {
      ignore();
      this.over.abort(new Error(`${arn} is over`));
    }
  }

  /** Ends the step under way: StopServiceDeployment, an alarm, or a newer deployment. The way back cannot be stopped. */
  interrupt(by: InterruptedBy, reason: string): void {
    this.interruptedBy ??= by;
    this.interruption.request(by, reason);
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
