import { randomBytes } from "node:crypto";
import { type AwsControlPlane, AwsError } from "../aws-endpoint/control-plane";
import type { Alarms } from "../cloudwatch/alarms";
import { Deployment, type DeploymentContext } from "../codedeploy/deployment";
import { HookVerdicts } from "../codedeploy/hook-verdicts";
import { stopOnAlarm } from "../codedeploy/stop-on-alarm";
import type { FilledTemplate } from "../codepipeline/fill-template";
import type { TaskSpec } from "../ecs/task-spec";
import type { TaskSet } from "../ecs/task-set";
import type { DeploymentConfig, DeploymentGroup } from "../graph/resources";
import type { TargetGroup } from "../load-balancer/target-group";
import type { Revision, TaskDefinitions } from "./task-definitions";

export interface CodeDeployOptions extends Omit<DeploymentContext, "verdicts"> {
  readonly group: DeploymentGroup;
  readonly deploymentConfig: DeploymentConfig | undefined;
  readonly alarms: Alarms;
  readonly taskDefinitions: TaskDefinitions;
  readonly launcher: (revision: Revision, containerName: string) => () => Promise<TaskSpec>;
}

/** What a release changes. */
export type Release = Pick<FilledTemplate, "taskDefinition" | "containerName" | "hooks">;

/** The deployments of one deployment group of CodeDeploy's. */
export class CodeDeployDeployments {
  private readonly deployments = new Map<string, Deployment>();
  private readonly verdicts = new HookVerdicts();

  constructor(private readonly options: CodeDeployOptions) {}

  /**
   * CreateDeploymentGroup, which `pulumi up` calls after the service exists. CodeDeploy puts both target groups on the
   * production route at once: `live` with all of its traffic, the other one with weight 0. The test route stays as it is.
   * Source: a trace of AWS, docs/decisions/attach-green-with-the-deployment-group.md.
   *
   * @throws Error as the load balancer words it, when it refuses the two groups
   */
  createDeploymentGroup(live: TargetGroup): void {
    this.options.routes.sendProduction(live, 100);
  }

  /** RegisterTaskDefinition and CreateDeployment. @throws Error when another deployment is under way, or has left a task set */
  create({ taskDefinition, containerName, hooks }: Release): Deployment {
    const { group, deploymentConfig, taskDefinitions, launcher } = this.options;
    const active = this.underWay;
    if (active) throw new Error(`DeploymentLimitExceededException: deployment ${active.id} is still under way`);
    this.requireOneTaskSet();
    const revision = taskDefinitions.register(taskDefinition);
    const deployment = new Deployment(
      {
        id: deploymentId(),
        group,
        ...(deploymentConfig ? { deploymentConfig } : {}),
        label: revision.label,
        taskDefinitionArn: revision.arn,
        launch: launcher(revision, containerName),
        hooks,
      },
      { ...this.options, verdicts: this.verdicts },
    );
    this.deployments.set(deployment.id, deployment);
    const { enabled = false, alarms: names = [] } = group.alarmConfiguration ?? {};
    if (enabled) void stopOnAlarm(deployment, { ...this.options, names });
    return deployment;
  }

  /** The deployment that has not ended, if there is one. */
  get underWay(): Deployment | undefined {
    return [...this.deployments.values()].find(({ ended }) => !ended);
  }

  /** @throws AwsError if there is no such deployment */
  find(deploymentId: string | undefined): Deployment {
    const deployment = this.deployments.get(deploymentId ?? "");
    if (deployment) return deployment;
    throw new AwsError("DeploymentDoesNotExistException", `there is no deployment ${deploymentId}`);
  }

  /** What a hook asks CodeDeploy, and tells it. */
  get operations(): AwsControlPlane {
    const { clusterName, serviceName } = this.options.group.ecsService;
    const targetId = `${clusterName}:${serviceName}`;
    return {
      listDeploymentTargets: ({ deploymentId }) => ({ targetIds: this.find(deploymentId) && [targetId] }),
      batchGetDeploymentTargets: ({ deploymentId }) => {
        const { blue, green, events } = this.find(deploymentId);
        const lifecycleEvents = events.all.map(([lifecycleEventName, status]) => ({ lifecycleEventName, status }));
        const taskSetsInfo = [this.taskSetInfo("Blue", blue), ...(green ? [this.taskSetInfo("Green", green)] : [])];
        const ecsTarget = { deploymentId, targetId, status: "InProgress" as const, lifecycleEvents, taskSetsInfo };
        return { deploymentTargets: [{ deploymentTargetType: "ECSTarget" as const, ecsTarget }] };
      },
      putLifecycleEventHookExecutionStatus: ({ deploymentId, lifecycleEventHookExecutionId, status }) => {
        this.find(deploymentId);
        this.verdicts.put(deploymentId, lifecycleEventHookExecutionId, status);
        const text = `deployment ${deploymentId} has a hook's verdict: ${status}`;
        this.options.timeline.emit("codedeploy", "hook.reported", text, { deploymentId, status });
        return { lifecycleEventHookExecutionId };
      },
    };
  }

  /**
   * Green would share its target group with the tasks that an earlier deployment left there, and be tested and released with
   * them. UNSURE: what CodeDeploy does then is documented nowhere that we found; people know its "Primary taskset target group
   * must be behind listener".
   */
  private requireOneTaskSet(): void {
    const left = this.options.service.describeTaskSets().filter(({ status }) => status !== "PRIMARY");
    if (left.length === 0) return;
    const labels = left.map(({ taskSet }) => taskSet.label).join(", ");
    throw new Error(`an earlier deployment has left ${labels}: finish its way back first (docs/operations.md)`);
  }

  private taskSetInfo(taskSetLabel: "Blue" | "Green", taskSet: TaskSet) {
    return {
      identifer: taskSet.id,
      taskSetLabel,
      status: this.options.service.primaryTaskSet === taskSet ? "PRIMARY" : "ACTIVE",
      desiredCount: taskSet.computedDesiredCount,
      runningCount: taskSet.runningCount,
      pendingCount: taskSet.pendingCount,
      targetGroup: { name: taskSet.targetGroup.name },
    };
  }
}

function deploymentId(): string {
  return `d-${randomBytes(5).toString("hex").slice(0, 9).toUpperCase()}`;
}
