import type { AwsControlPlane } from "../aws-endpoint/control-plane";
import type { Clock } from "../clock";
import type { Alarms } from "../cloudwatch/alarms";
import type { Deployment } from "../codedeploy/deployment";
import { parseTaskDefinition } from "../codepipeline/fill-template";
import { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import { whyNotSteady, withLastWords } from "../ecs/why-not-steady";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import type { ReleaseTarget } from "../graph/release-target";
import type { Workspace } from "../workspace";
import { AwsAccess } from "./aws-access";
import { CodeDeployDeployments, type Release } from "./code-deploy";
import { ecsOperations } from "./ecs-operations";
import { describeOutcome, type FunctionInvoker, functionInvoker } from "./functions";
import type { Images } from "./images";
import { loadBalancerOperations } from "./load-balancer-operations";
import { parameterOperations } from "./parameter-operations";
import { ServiceDeployments } from "./service-deployments";
import { grantedToOwnTemplate } from "./granted";
import { type Revision, TaskDefinitions } from "./task-definitions";
import { requireSecrets } from "./tasks";
import type { TrafficSide } from "./traffic-side";

export interface StackOptions {
  readonly account: Account;
  readonly target: ReleaseTarget;
  readonly traffic: TrafficSide;
  readonly images: Images;
  readonly alarms: Alarms;
  /** The file with the stack's settings: `Pulumi.dev.yaml`. */
  readonly settingsFile: string;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
}

/**
 * How long the first version may take to become healthy, in minutes of AWS time, and no less than its grace period in real
 * seconds. Our own limit.
 */
const creationTimeoutMinutes = 10;
/** Real seconds between a task's first answer and its health. */
const settlingSeconds = 30;

/** ECS and who releases to it, as the program has set them up: one service, and the deployments that release it. */
export class Stack {
  readonly service: Service;
  /** ARNs of secrets that somebody has deleted: no task starts any more that reads one. */
  readonly deletedSecrets = new Set<string>();
  /** Invokes a function of the program's. */
  readonly invoke: FunctionInvoker;
  /** The AWS that is rehearsed, for whoever calls it by the SDK. */
  readonly aws: AwsAccess;
  private readonly taskDefinitions: TaskDefinitions;
  private readonly codeDeploy: CodeDeployDeployments | undefined;
  private readonly native: ServiceDeployments | undefined;
  private readonly operations: AwsControlPlane;
  private readonly closing = new AbortController();

  constructor(private readonly options: StackOptions) {
    const { account, target, traffic, alarms, workspace, clock, timeline } = options;
    const { arn, name, desiredCount, healthCheckGracePeriodSeconds, taskDefinition } = target.service;
    const grace = healthCheckGracePeriodSeconds === undefined ? {} : { healthCheckGracePeriodSeconds };
    this.service = new Service({ arn, name, desiredCount, ...grace }, clock, timeline, workspace.processes);
    this.taskDefinitions = new TaskDefinitions(taskDefinition, timeline, grantedToOwnTemplate(account, taskDefinition));
    this.aws = new AwsAccess({
      controlPlane: () => ({ ...loadBalancerOperations(traffic), ...parameterOperations(account), ...this.operations }),
      directory: workspace.directory,
      scale: clock.scale,
    });
    const awsEndpoint = () => this.aws.open();
    const { caFile } = traffic;
    this.invoke = functionInvoker({ ...options, awsEndpoint, caFile });
    const { service, taskDefinitions, invoke } = this;
    const { routes } = traffic;
    const signal = AbortSignal.any([options.signal, this.closing.signal]);
    const works = { service, routes, taskDefinitions, alarms, clock, timeline, signal };
    if (target.controller === "CODE_DEPLOY") {
      this.codeDeploy = new CodeDeployDeployments({
        ...works,
        group: target.group,
        deploymentConfig: account.deploymentConfig(target.group.deploymentConfigName),
        launcher: (revision, containerName) => this.launcher(revision, containerName),
        invoke: async (...call) => describeOutcome(await invoke(...call)),
      });
      this.operations = this.codeDeploy.operations;
    } else {
      const { containerName } = target.loadBalancer;
      const launcher = (revision: Revision) => this.launcher(revision, containerName);
      this.native = new ServiceDeployments({ ...works, resource: target.service, launcher, invoke });
      const startedAt = Date.now() - clock.elapsedMs;
      this.operations = ecsOperations({
        ...{ resource: target.service, service, taskDefinitions, deployments: this.native },
        dateOf: (awsMs) => new Date(startedAt + awsMs),
        weights: () => routes.weights,
      });
    }
    workspace.onClose(() => this.close());
  }

  /**
   * CreateService: the first revision on the target group that the program names, or, deployed by ECS, on the alternate one.
   * Resolves when it is healthy.
   *
   * @throws Error with the reason if it is not in time
   */
  async create(image: string): Promise<void> {
    const { target, traffic } = this.options;
    const { targetGroupArn } = target.service.loadBalancers[0]!;
    const named = traffic.targetGroups.find(({ arn }) => arn === targetGroupArn);
    if (!named) throw new Error(`the service starts on ${targetGroupArn}, which is none of its two target groups`);
    const { taskDefinition, containerName } = this.firstRelease(image);
    const revision = this.taskDefinitions.register(taskDefinition);
    const { label, arn } = revision;
    const launch = this.launcher(revision, containerName);
    const targetGroup = this.native?.createService(arn, named) ?? named;
    const taskSet = this.service.createTaskSet({ label, taskDefinition: arn, launch, targetGroup });
    this.codeDeploy?.createDeploymentGroup(targetGroup);
    await this.whenHealthy(taskSet);
  }

  get isDeployedByEcs(): boolean {
    return this.native !== undefined;
  }

  /** What `stopDeployment` calls the deployment under way, if there is one. */
  get deploymentUnderWay(): string | undefined {
    return this.native?.underWay?.arn ?? this.codeDeploy?.underWay?.id;
  }

  /** RegisterTaskDefinition and CodeDeploy's CreateDeployment. @throws Error when another deployment is under way */
  createDeployment(release: Release): Deployment {
    if (!this.codeDeploy) throw new Error("CodeDeploy has no deployment group here: ECS itself deploys this service");
    return this.codeDeploy.create(release);
  }

  /** CodeDeploy's ContinueDeployment: a person lets production shift. @throws Error if there is no such deployment */
  continueDeployment(id: string): void {
    this.codeDeploy?.find(id).continue();
  }

  /** A person has seen enough: StopDeployment, or StopServiceDeployment. @throws Error if there is no such deployment */
  stopDeployment(id: string, reason: string): void {
    if (this.native) this.native.stop(this.native.find(id), reason);
    else this.codeDeploy?.find(id).stop(reason);
  }

  /** ECS's ContinueServiceDeployment: a person lets a paused deployment go on. @throws Error if nothing is paused */
  continueServiceDeployment(arn: string, hookId: string): void {
    this.native?.find(arn).deployment?.hooks.continue(hookId, "CONTINUE");
  }

  /** The program's functions may call these operations, too. */
  serve(operations: AwsControlPlane): void {
    Object.assign(this.operations, operations);
  }

  /** The task definition that the service is created with, and this image in it. */
  private firstRelease(image: string): Omit<Release, "hooks"> {
    const { account, target } = this.options;
    const { containerName } = target.service.loadBalancers[0]!;
    const { containerDefinitions: json, ...rest } = account.taskDefinition(target.service.taskDefinition);
    const definition = parseTaskDefinition({ ...rest, containerDefinitions: JSON.parse(json) as unknown });
    const containerDefinitions = definition.containerDefinitions.map((container) =>
      container.name === containerName ? { ...container, image } : container,
    );
    return { taskDefinition: { ...definition, containerDefinitions }, containerName };
  }

  private async whenHealthy(taskSet: TaskSet): Promise<void> {
    const { clock, timeline, signal } = this.options;
    const { healthCheckGracePeriodSeconds: graceSeconds = 0 } = this.options.target.service;
    const limitSeconds = Math.max(graceSeconds, clock.realMs(creationTimeoutMinutes * 60_000) / 1000) + settlingSeconds;
    const over = new AbortController();
    const giveUp = (why: string) => over.abort(new Error(`The first version did not become healthy. ${why}`));
    const timer = setTimeout(() => giveUp(`It had ${limitSeconds} s. ${whyNotSteady(taskSet)}`), limitSeconds * 1000);
    const onChange = () => taskSet.cause !== undefined && giveUp(withLastWords(taskSet));
    taskSet.on("change", onChange);
    try {
      const either = AbortSignal.any([signal, over.signal]);
      await timeline.during(`${taskSet.label} becomes healthy`, undefined, () => taskSet.whenSteady(either));
    } finally {
      clearTimeout(timer);
      taskSet.off("change", onChange);
    }
  }

  private launcher({ definition }: Revision, containerName: string) {
    const { account, images, settingsFile } = this.options;
    const launch = images.launcher(definition, containerName, { region: account.region, settingsFile });
    return async () => {
      requireSecrets(definition, containerName, this.deletedSecrets);
      return launch();
    };
  }

  /** The version of each task that runs now. */
  get runningVersions(): string[] {
    return this.service.describeTaskSets().flatMap(({ taskSet }) => taskSet.tasks.map(() => taskSet.label));
  }

  private async close(): Promise<void> {
    this.closing.abort(new Error("the rehearsal ends"));
    await this.service.close();
    await this.aws.close();
  }
}
