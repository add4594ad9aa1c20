import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws-endpoint/control-plane";
import type { TaskSpec } from "../ecs/task-spec";
import { type DeploymentConfiguration, deploymentConfiguration } from "../ecs-deployment/deployment-configuration";
import { type Status, statusOf, firstStep } from "../ecs-deployment/lifecycle";
import { ServiceDeployment, type ServiceDeploymentContext } from "../ecs-deployment/service-deployment";
import type { EcsService } from "../graph/resources";
import type { TargetGroup } from "../load-balancer/target-group";
import type { Revision, TaskDefinitions } from "./task-definitions";

export interface ServiceDeploymentsOptions extends ServiceDeploymentContext {
  readonly resource: EcsService;
  readonly taskDefinitions: TaskDefinitions;
  readonly launcher: (revision: Revision) => () => Promise<TaskSpec>;
}

/** A record of what was, or is, deployed. Source: ECS developer guide, service-revision. */
export interface ServiceRevision {
  readonly arn: string;
  readonly taskDefinitionArn: string;
  readonly createdAwsMs: number;
  /** The target group that its tasks are in; none before its deployment has begun. */
  targetGroupArn?: string;
}

/** One deployment of the service, from the moment it was asked for. Times are AWS time since the rehearsal's start. */
export interface KnownDeployment {
  readonly arn: string;
  readonly createdAwsMs: number;
  readonly configuration: DeploymentConfiguration;
  readonly target: ServiceRevision;
  source?: ServiceRevision;
  /** None while an older deployment makes room. */
  deployment?: ServiceDeployment;
  startedAwsMs?: number;
  /** It was to be stopped before it had begun. */
  stopped?: boolean;
  finishedAwsMs?: number;
}

const stoppedByHand = "somebody stopped the service deployment";

const serviceUpdate = z.object({
  taskDefinition: z.string().optional(),
  desiredCount: z.int().min(0).optional(),
  forceNewDeployment: z.boolean().default(false),
  loadBalancers: z
    .array(z.looseObject({ targetGroupArn: z.string(), containerName: z.string(), containerPort: z.number() }))
    .optional(),
  deploymentConfiguration: deploymentConfiguration.optional(),
});

/** The deployments of one service of the controller ECS. Source: ECS API reference, UpdateService and its likes. */
export class ServiceDeployments {
  readonly all: KnownDeployment[] = [];
  readonly revisions: ServiceRevision[] = [];
  private configuration: DeploymentConfiguration = deploymentConfiguration.parse({ strategy: "BLUE_GREEN" });
  private performing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ServiceDeploymentsOptions) {}

  /**
   * CreateService makes the first revision on the alternate target group, and both rules lead there. Source: a trace of AWS.
   *
   * @param named the target group that the service names
   * @returns the target group of the revision's tasks
   */
  createService(taskDefinitionArn: string, named: TargetGroup): TargetGroup {
    const { routes } = this.options;
    const alternate = routes.other(named);
    this.revisions.push({ ...this.newRevision(taskDefinitionArn), targetGroupArn: alternate.arn });
    routes.sendProduction(alternate, 100);
    routes.sendTest(alternate);
    return alternate;
  }

  /** The revision whose tasks are the primary ones. */
  get live(): ServiceRevision | undefined {
    const { primaryTaskSet } = this.options.service;
    return this.revisions.findLast(({ taskDefinitionArn }) => taskDefinitionArn === primaryTaskSet?.taskDefinition);
  }

  /**
   * UpdateService: starts a deployment where the update needs one, and returns at once. One that is under way makes room.
   *
   * @throws AwsError for an input that ECS refuses; nothing has changed then
   */
  update(input: unknown): void {
    const parsed = serviceUpdate.safeParse(input);
    if (!parsed.success) {
      const reasons = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join(", ");
      throw new AwsError("InvalidParameterException", reasons);
    }
    const { taskDefinition, desiredCount, forceNewDeployment, loadBalancers, ...rest } = parsed.data;
    const revision = this.revisionToDeploy(taskDefinition, loadBalancers?.[0]?.containerName);
    if (desiredCount !== undefined) this.options.service.updateDesiredCount(desiredCount);
    this.configuration = rest.deploymentConfiguration ?? this.configuration;
    const changes = taskDefinition !== undefined && revision.arn !== this.live?.taskDefinitionArn;
    if (changes || forceNewDeployment) this.start(revision);
  }

  /** The deployment that has begun and not ended, if there is one. */
  get underWay(): ServiceDeployment | undefined {
    return this.all.find(({ finishedAwsMs }) => finishedAwsMs === undefined)?.deployment;
  }

  /** @throws AwsError if there is no such deployment */
  find(arn: string | undefined): KnownDeployment {
    const known = this.all.find((one) => one.arn === arn);
    if (known) return known;
    throw new AwsError("ServiceDeploymentNotFoundException", `there is no service deployment ${arn}`);
  }

  statusOf({ deployment }: KnownDeployment): Status {
    return deployment?.status ?? statusOf(firstStep);
  }

  /** StopServiceDeployment: back to the source revision. @throws AwsError if it has ended */
  stop(known: KnownDeployment, reason = stoppedByHand): void {
    if (known.finishedAwsMs !== undefined) throw new AwsError("ConflictException", `${known.arn} has ended`);
    known.stopped = true;
    known.deployment?.interrupt("request", reason);
  }

  private start(revision: Revision): void {
    const known = this.newDeployment(revision, this.configuration);
    for (const { deployment } of this.all) deployment?.interrupt("newDeployment", `${known.arn} is to be deployed`);
    this.all.push(known);
    const room = this.performing;
    // Whoever ends the rehearsal ends the deployment, too; nobody waits for it here.
    this.performing = (async () => (await room, await this.perform(known, revision)))().catch(() => undefined);
  }

  private newDeployment({ arn }: Revision, configuration: DeploymentConfiguration): KnownDeployment {
    const { resource, clock } = this.options;
    const target = this.newRevision(arn);
    this.revisions.push(target);
    const id = randomBytes(16).toString("base64url").slice(0, 21);
    const prefix = resource.arn.replace(":service/", ":service-deployment/");
    return { arn: `${prefix}/${id}`, createdAwsMs: clock.awsMs, configuration, target };
  }

  private async perform(known: KnownDeployment, revision: Revision): Promise<void> {
    this.options.signal.throwIfAborted();
    const deployment = this.begin(known, revision);
    if (known.stopped) deployment.interrupt("request", stoppedByHand);
    await deployment.run();
    known.finishedAwsMs = this.options.clock.awsMs;
  }

  private begin(known: KnownDeployment, revision: Revision): ServiceDeployment {
    const { service, routes, resource, launcher, clock } = this.options;
    const source = this.live!;
    const deployment = new ServiceDeployment(
      {
        arn: known.arn,
        serviceArn: resource.arn,
        configuration: known.configuration,
        taskDefinitionArn: revision.arn,
        label: revision.label,
        launch: launcher(revision),
        targetRevisionArn: known.target.arn,
        sourceRevisionArn: source.arn,
      },
      this.options,
    );
    known.target.targetGroupArn = routes.other(service.primaryTaskSet!.targetGroup).arn;
    Object.assign(known, { source, deployment, startedAwsMs: clock.awsMs });
    return deployment;
  }

  private revisionToDeploy(name: string | undefined, containerName: string | undefined): Revision {
    const { taskDefinitions, resource } = this.options;
    const revision = taskDefinitions.find(name ?? this.live?.taskDefinitionArn);
    if (!revision) throw new AwsError("ClientException", `Unable to describe task definition ${name}.`);
    const wanted = containerName ?? resource.loadBalancers[0]!.containerName;
    if (revision.definition.containerDefinitions.some((container) => container.name === wanted)) return revision;
    const text = `The container ${wanted} does not exist in the task definition.`;
    throw new AwsError("InvalidParameterException", text);
  }

  private newRevision(taskDefinitionArn: string): ServiceRevision {
    const { resource, clock } = this.options;
    const number = String(this.revisions.length + 1).padStart(19, "0");
    const arn = `${resource.arn.replace(":service/", ":service-revision/")}/${number}`;
    return { arn, taskDefinitionArn, createdAwsMs: clock.awsMs };
  }
}
