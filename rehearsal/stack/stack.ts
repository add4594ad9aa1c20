import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { AwsEndpoint } from "../aws-endpoint/endpoint";
import { startAwsEndpoint } from "../aws-endpoint/endpoint";
import type { Clock } from "../clock";
import type { Alarms } from "../cloudwatch/alarms";
import { Deployment, type DeploymentContext } from "../codedeploy/deployment";
import { HookVerdicts } from "../codedeploy/hook-verdicts";
import { stopOnAlarm } from "../codedeploy/stop-on-alarm";
import { type FilledTemplate, parseTaskDefinition, type RegisteredTaskDefinition } from "../codepipeline/fill-template";
import { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import { whyNotSteady } from "../ecs/why-not-steady";
import type { Timeline } from "../events";
import type { Account, DeploymentGroup } from "../graph/account";
import type { Workspace } from "../workspace";
import { controlPlane } from "./control-plane";
import { functionInvoker } from "./functions";
import type { Images } from "./images";
import { taskLauncher } from "./tasks";
import type { TrafficSide } from "./traffic-side";

export interface StackOptions {
  readonly account: Account;
  readonly group: DeploymentGroup;
  readonly traffic: TrafficSide;
  readonly images: Images;
  readonly alarms: Alarms;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
}

/** How long the first version may take to become healthy, in minutes of AWS time, and at least in real seconds. Our own limits. */
const creationTimeoutMinutes = 10;
const leastCreationTimeoutSeconds = 30;

/** ECS and CodeDeploy as the program has set them up: one service, and the deployments that release it. */
export class Stack {
  readonly service: Service;
  private readonly deployments = new Map<string, Deployment>();
  private readonly verdicts = new HookVerdicts();
  private endpoint: Promise<AwsEndpoint> | undefined;
  private invoke: DeploymentContext["invoke"] | undefined;
  private readonly closing = new AbortController();
  private revision = 0;

  constructor(private readonly options: StackOptions) {
    const { account, group, workspace, clock, timeline } = options;
    const { arn, name, desiredCount, healthCheckGracePeriodSeconds } = account.service(group.ecsService.serviceName);
    const grace = healthCheckGracePeriodSeconds === undefined ? {} : { healthCheckGracePeriodSeconds };
    this.service = new Service({ arn, name, desiredCount, ...grace }, clock, timeline, workspace.processes);
    workspace.onClose(() => this.close());
  }

  /**
   * CreateService: the first revision on the target group that the program names. Resolves when it is healthy.
   *
   * @throws Error with the reason if it is not in time
   */
  async create(image: string): Promise<void> {
    const { account, group, traffic } = this.options;
    const { taskDefinition, loadBalancers } = account.service(group.ecsService.serviceName);
    const { targetGroupArn, containerName } = loadBalancers[0]!;
    const targetGroup = traffic.targetGroups.find(({ arn }) => arn === targetGroupArn);
    if (!targetGroup) throw new Error(`the service is born on ${targetGroupArn}, which is not of its deployment group`);
    const { family, containerDefinitions } = account.taskDefinition(taskDefinition);
    const definition = parseTaskDefinition({
      family,
      containerDefinitions: JSON.parse(containerDefinitions) as unknown,
    });
    const filled = definition.containerDefinitions.map((it) => (it.name === containerName ? { ...it, image } : it));
    const revision = this.register({ ...definition, containerDefinitions: filled }, containerName);
    await this.whenHealthy(this.service.createTaskSet({ ...revision, targetGroup }));
  }

  /** RegisterTaskDefinition and CreateDeployment. @throws Error when another deployment is under way */
  async createDeployment(template: FilledTemplate): Promise<Deployment> {
    const { account, group, traffic, alarms, workspace, clock, timeline } = this.options;
    const awsEndpointUrl = await this.endpointUrl();
    const invoke = (this.invoke ??= functionInvoker({ ...this.options, awsEndpointUrl, caFile: traffic.caFile }));
    // Nothing is awaited from here on, so that two requests at once cannot both be the only one.
    const active = [...this.deployments.values()].find(({ ended }) => !ended);
    if (active) throw new Error(`DeploymentLimitExceededException: deployment ${active.id} is still under way`);
    const { label, taskDefinition, launch } = this.register(template.taskDefinition, template.containerName);
    const { hooks } = template;
    const own = account.deploymentConfig(group.deploymentConfigName);
    const signal = AbortSignal.any([this.options.signal, this.closing.signal]);
    const deployment = new Deployment(
      {
        id: deploymentId(),
        group,
        ...(own ? { deploymentConfig: own } : {}),
        label,
        taskDefinitionArn: taskDefinition,
        launch,
        hooks,
      },
      {
        service: this.service,
        routes: traffic.routes,
        verdicts: this.verdicts,
        invoke,
        clock,
        timeline,
        directory: join(workspace.directory, "deployments"),
        processes: workspace.processes,
        signal,
      },
    );
    this.deployments.set(deployment.id, deployment);
    const { enabled = false, alarms: names = [] } = group.alarmConfiguration ?? {};
    if (enabled) void stopOnAlarm(deployment, { alarms, names, clock, signal });
    return deployment;
  }

  /** ContinueDeployment: a person lets production shift. */
  continueDeployment(id: string): void {
    this.deployments.get(id)?.continue();
  }

  /** StopDeployment: a person has seen enough. @throws Error if there is no such deployment */
  stopDeployment(id: string, reason: string): void {
    const deployment = this.deployments.get(id);
    if (!deployment) throw new Error(`DeploymentDoesNotExistException: there is no deployment ${id}`);
    deployment.stop(reason);
  }

  private async whenHealthy(taskSet: TaskSet): Promise<void> {
    const { clock, timeline, signal } = this.options;
    const limitMs = clock.boundMs(creationTimeoutMinutes * 60_000, leastCreationTimeoutSeconds * 1000);
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), limitMs);
    try {
      const either = AbortSignal.any([signal, tooLate.signal]);
      await timeline.during(`${taskSet.label} becomes healthy`, undefined, () => taskSet.whenSteady(either));
    } catch (error) {
      if (!tooLate.signal.aborted) throw error;
      const advice = "The app must listen on $PORT and pass the stack's health check.";
      throw new Error(
        `The first version did not become healthy within ${limitMs / 1000} s. ${advice}\n${whyNotSteady(taskSet)}`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  private register(taskDefinition: RegisteredTaskDefinition, containerName: string) {
    const { account, group, images, workspace, timeline } = this.options;
    const revision = ++this.revision;
    const first = account.service(group.ecsService.serviceName).taskDefinition;
    const arn = `${first.slice(0, first.lastIndexOf("/"))}/${taskDefinition.family}:${revision}`;
    const text = `task definition ${taskDefinition.family}:${revision} registered`;
    timeline.emit("ecs", "task-definition.registered", text, { arn, ...taskDefinition });
    const launch = taskLauncher(taskDefinition, containerName, images.store, workspace);
    return { label: `v${revision}`, taskDefinition: arn, launch };
  }

  /** The version of each task that runs now. */
  get runningVersions(): string[] {
    return this.service.describeTaskSets().flatMap(({ taskSet }) => taskSet.tasks.map(() => taskSet.label));
  }

  private async endpointUrl(): Promise<string> {
    const { service, deployments, verdicts } = this;
    const { traffic, group } = this.options;
    this.endpoint ??= startAwsEndpoint({
      controlPlane: controlPlane({ traffic, group, service, deployments, verdicts }),
    });
    return (await this.endpoint).url;
  }

  private async close(): Promise<void> {
    this.closing.abort(new Error("the rehearsal ends"));
    await this.service.close();
    await (await this.endpoint)?.close();
  }
}

function deploymentId(): string {
  return `d-${randomBytes(5).toString("hex").slice(0, 9).toUpperCase()}`;
}
