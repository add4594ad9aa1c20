import { join } from "node:path";
import type { TrafficRoutes } from "../blue-green/traffic-routes";
import type { Clock } from "../clock";
import { ControllerProcess } from "../controller/controller-process";
import { TimelineAnnouncer } from "../controller/timeline-announcer";
import type { ProcessRegistry } from "../ecs/process-group";
import type { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import type { TaskSpec } from "../ecs/task";
import type { Timeline } from "../events";
import type { DeploymentConfig, DeploymentGroup } from "../graph/resources";
import { DeploymentCloud } from "./cloud";
import type { HookVerdicts } from "./hook-verdicts";
import type { LifecycleRules, Step } from "./lifecycle";
import type { DeploymentRequest } from "./operations";
import { shiftSteps } from "./traffic-shift";

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
  /** Holds the controllers' journals, a directory a deployment. */
  readonly directory: string;
  readonly processes?: ProcessRegistry;
  /** Ends everything at once, half done or not. */
  readonly signal: AbortSignal;
}

type Ended = Extract<Step, { kind: "ended" }>;

/** In AWS a function has ended long before a hook's hour is over; its real work here, which is not hurried, must have, too. */
const leastHookTimeoutMs = 15_000;

/**
 * One deployment of CodeDeploy's: `lifecycle.ts` performed by a controller in a process of its own, which is started again
 * from its journal when it dies. What it works on is here, and outlives it.
 */
export class Deployment {
  readonly controller: ControllerProcess<Step>;
  private readonly cloud: DeploymentCloud;
  private readonly over = new AbortController();

  /** @throws Error if the service has nothing to deploy against, or the deployment configuration is unknown. */
  constructor(
    private readonly props: DeploymentProps,
    context: DeploymentContext,
  ) {
    const { service, clock, timeline, directory, processes, signal } = context;
    const { id } = props;
    const { primaryTaskSet: blue } = service;
    if (!blue) throw new Error(`service ${service.name} has no task set to deploy against`);
    this.cloud = new DeploymentCloud({
      ...props,
      ...context,
      blue,
      signal: AbortSignal.any([signal, this.over.signal]),
    });
    this.controller = new ControllerProcess<Step>({
      name: `deployment ${id}`,
      entryPoint: join(__dirname, "controller-main.ts"),
      directory: join(directory, id),
      request: requestOf(props, clock),
      cloud: this.cloud,
      announcer: new TimelineAnnouncer(timeline, "codedeploy", { deploymentId: id }),
      processes,
      signal,
    });
  }

  get id(): string {
    return this.props.id;
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

  /** Whether nothing of it is under way any more. */
  get ended(): boolean {
    return this.over.signal.aborted;
  }

  /** Runs to the end. Rejects only when the context's signal is aborted, or its controller cannot live. */
  async run(): Promise<Ended> {
    try {
      return (await this.controller.run()) as Ended;
    } finally {
      this.over.abort(new Error(`deployment ${this.id} is over`));
    }
  }

  /** StopDeployment, or what an alarm does: ends the step under way and rolls back. */
  stop(reason: string, kind: "stop" | "alarm" = "stop"): void {
    this.controller.interrupt(kind, reason);
  }

  /** ContinueDeployment: lets traffic shift when the deployment is `Ready`. */
  continue(): void {
    this.cloud.continue();
  }
}

function requestOf({ id, label, group, deploymentConfig, hooks }: DeploymentProps, clock: Clock): DeploymentRequest {
  const { deploymentReadyOption, terminateBlueInstancesOnDeploymentSuccess } = group.blueGreenDeploymentConfig;
  return {
    scale: clock.scale,
    id,
    label,
    hooks,
    rules: rulesOf(group),
    shiftSteps: shiftSteps(group.deploymentConfigName, deploymentConfig),
    approvalMinutes: deploymentReadyOption.waitTimeInMinutes ?? 0,
    leastHookTimeoutMs: clock.shortestMs(leastHookTimeoutMs),
    terminationWaitMinutes: terminateBlueInstancesOnDeploymentSuccess.terminationWaitTimeInMinutes ?? 0,
  };
}

function rulesOf({ blueGreenDeploymentConfig, autoRollbackConfiguration }: DeploymentGroup): LifecycleRules {
  const events = autoRollbackConfiguration?.enabled ? autoRollbackConfiguration.events : [];
  return {
    approval: blueGreenDeploymentConfig.deploymentReadyOption.actionOnTimeout === "STOP_DEPLOYMENT",
    rollbackOnFailure: events.includes("DEPLOYMENT_FAILURE"),
    rollbackOnStop: events.includes("DEPLOYMENT_STOP_ON_REQUEST"),
    rollbackOnAlarm: events.includes("DEPLOYMENT_STOP_ON_ALARM"),
  };
}
