import { BlueGreen } from "../blue-green/blue-green";
import { Interruption } from "../blue-green/interruption";
import { runLifecycle } from "../blue-green/run-lifecycle";
import type { TrafficRoutes } from "../blue-green/traffic-routes";
import type { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import type { TaskSpec } from "../ecs/task-spec";
import type { DeploymentConfig, DeploymentGroup } from "../graph/resources";
import type { EventHookContext } from "./event-hook";
import { EventStatuses } from "./event-statuses";
import { type Ended, lifecycle, type LifecycleRules, type Outcome, type Step } from "./lifecycle";
import { DeploymentSteps } from "./steps";
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
export interface DeploymentContext extends EventHookContext {
  readonly service: Service;
  readonly routes: TrafficRoutes;
}

/** One deployment of CodeDeploy's: `lifecycle.ts` performed on a service. */
export class Deployment {
  readonly events = new EventStatuses();
  private readonly sides: BlueGreen;
  private readonly steps: DeploymentSteps;
  private readonly interruption = new Interruption();
  private readonly over = new AbortController();

  /** @throws Error if the service has nothing to deploy against, or the deployment configuration is unknown. */
  constructor(
    private readonly props: DeploymentProps,
    private readonly context: DeploymentContext,
  ) {
    const { service } = context;
    const { id, label, hooks, group, deploymentConfig } = props;
    const { primaryTaskSet: blue } = service;
    if (!blue) throw new Error(`service ${service.name} has no task set to deploy against`);
    const signal = AbortSignal.any([context.signal, this.over.signal]);
    this.sides = new BlueGreen({ ...props, ...context, blue, signal });
    const { deploymentReadyOption, terminateBlueInstancesOnDeploymentSuccess } = group.blueGreenDeploymentConfig;
    const plan = {
      ...{ id, label, hooks },
      shiftSteps: shiftSteps(group.deploymentConfigName, deploymentConfig),
      approvalMinutes: deploymentReadyOption.waitTimeInMinutes ?? 0,
      terminationWaitMinutes: terminateBlueInstancesOnDeploymentSuccess.terminationWaitTimeInMinutes ?? 0,
    };
    this.steps = new DeploymentSteps(plan, { ...context, sides: this.sides, interruption: this.interruption, signal });
  }

  get id(): string {
    return this.props.id;
  }

  get blue(): TaskSet {
    return this.sides.blue;
  }

  get green(): TaskSet | undefined {
    return this.sides.green;
  }

  /** Whether nothing of it is under way any more. */
  get ended(): boolean {
    return this.over.signal.aborted;
  }

  /** Runs to the end. Rejects only when the context's signal is aborted. */
  async run(): Promise<Ended> {
    const { id, label, group } = this.props;
    const { timeline, signal } = this.context;
    try {
      return await runLifecycle({
        ...{ name: `deployment ${id}`, label, machine: lifecycle(rulesOf(group)), signal },
        perform: (step) => this.perform(step),
        emit: (type, text, detail) => timeline.emit("codedeploy", type, text, { deploymentId: id, ...detail }),
      });
    } finally {
      this.over.abort(new Error(`deployment ${id} is over`));
    }
  }

  /** StopDeployment, or what an alarm does: ends the step under way and rolls back. */
  stop(reason: string, kind: "stop" | "alarm" = "stop"): void {
    this.interruption.request(kind, reason);
  }

  /** ContinueDeployment: lets traffic shift when the deployment is `Ready`. */
  continue(): void {
    this.steps.continue();
  }

  private async perform(step: Step): Promise<Outcome> {
    this.events.begin(step);
    const outcome = await this.steps.perform(step);
    this.events.end(step, outcome);
    return outcome;
  }
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
