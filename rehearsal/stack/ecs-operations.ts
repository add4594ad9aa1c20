import type { ServiceDeployment as DescribedDeployment } from "@aws-sdk/client-ecs";
import { type AwsControlPlane, AwsError } from "../aws-endpoint/control-plane";
import { parseTaskDefinition } from "../codepipeline/fill-template";
import { circuitBreakerThreshold } from "../ecs-deployment/circuit-breaker";
import type { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import type { EcsService } from "../graph/resources";
import type { KnownDeployment, ServiceDeployments, ServiceRevision } from "./service-deployments";
import type { Revision, TaskDefinitions } from "./task-definitions";

export interface EcsOperationsParts {
  readonly resource: EcsService;
  readonly service: Service;
  readonly taskDefinitions: TaskDefinitions;
  readonly deployments: ServiceDeployments;
  /** A moment of AWS time as a date. */
  readonly dateOf: (awsMs: number) => Date;
  /** Percent of each route's traffic by target group's ARN. */
  readonly weights: () => {
    readonly production: Readonly<Record<string, number>>;
    readonly test: Readonly<Record<string, number>>;
  };
}

/** ECS's API, as far as a release calls it. */
export function ecsOperations(parts: EcsOperationsParts): AwsControlPlane {
  const { resource, service, taskDefinitions, deployments, dateOf } = parts;
  const find = (name: string | undefined): Revision => {
    const revision = taskDefinitions.find(name);
    if (revision) return revision;
    throw new AwsError("ClientException", `Unable to describe task definition ${name}.`);
  };
  const requireService = (cluster: string | undefined, name: string | undefined) => {
    if ([resource.name, resource.arn].includes(name ?? "") && isNamed(resource.cluster, cluster)) return;
    throw new AwsError("ServiceNotFoundException", `there is no service ${name} in cluster ${cluster}`);
  };
  return {
    registerTaskDefinition: ({ tags, ...definition }) => {
      const parsed = refused("ClientException", () => parseTaskDefinition(definition));
      const registered = refused("AccessDeniedException", () => taskDefinitions.register(parsed, tags));
      return { taskDefinition: describeRevision(registered), ...(tags ? { tags } : {}) };
    },
    describeTaskDefinition: ({ taskDefinition, include = [] }) => {
      const revision = find(taskDefinition);
      const tags = include.includes("TAGS") ? { tags: [...revision.tags] } : {};
      return { taskDefinition: describeRevision(revision), ...tags };
    },
    describeServices: ({ cluster, services = [] }) => {
      const known = services.filter((name) => [resource.name, resource.arn].includes(name));
      if (!isNamed(resource.cluster, cluster)) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
      const missing = services.filter((name) => !known.includes(name));
      return {
        services: known.map(() => describeService(resource, service)),
        failures: missing.map((arn) => ({ arn, reason: "MISSING" })),
      };
    },
    updateService: ({ cluster, service: name, ...update }) => {
      requireService(cluster, name);
      deployments.update(update);
      return { service: describeService(resource, service) };
    },
    listServiceDeployments: ({ cluster, service: name, status: wanted, maxResults = 100 }) => {
      requireService(cluster, name);
      const described = deployments.all.map((known) => describeDeployment(known, parts));
      const matching = described.filter(({ status }) => !wanted?.length || wanted.includes(status!));
      return { serviceDeployments: matching.reverse().slice(0, maxResults).map(brief) };
    },
    describeServiceDeployments: ({ serviceDeploymentArns = [] }) => ({
      serviceDeployments: serviceDeploymentArns.map((arn) => describeDeployment(deployments.find(arn), parts)),
    }),
    describeServiceRevisions: ({ serviceRevisionArns = [] }) => ({
      serviceRevisions: deployments.revisions
        .filter(({ arn }) => serviceRevisionArns.includes(arn))
        .map((revision) => describeServiceRevision(revision, resource, dateOf)),
    }),
    stopServiceDeployment: ({ serviceDeploymentArn, stopType = "ROLLBACK" }) => {
      const known = deployments.find(serviceDeploymentArn);
      if (stopType !== "ROLLBACK") throw new AwsError("InvalidParameterException", `${stopType} is not ROLLBACK`);
      deployments.stop(known);
      return { serviceDeploymentArn };
    },
    continueServiceDeployment: ({ serviceDeploymentArn, hookId, action = "CONTINUE" }) => {
      deployments.find(serviceDeploymentArn).deployment?.hooks.continue(hookId, action);
      return { serviceDeploymentArn };
    },
  };
}

/** By its name, or its ARN. */
function isNamed(arn: string, name: string | undefined): boolean {
  return name === arn || arn.endsWith(`/${name}`);
}

function refused<T>(code: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new AwsError(code, (error as Error).message);
  }
}

function describeRevision({ arn, definition }: Revision) {
  const { family, containerDefinitions } = definition;
  const revision = Number(arn.split(":").at(-1));
  return { taskDefinitionArn: arn, family, revision, status: "ACTIVE" as const, containerDefinitions };
}

function describeService({ arn, name, cluster, loadBalancers }: EcsService, service: Service) {
  const sets = service.describeTaskSets().map(({ taskSet }) => taskSet);
  return {
    serviceArn: arn,
    serviceName: name,
    clusterArn: cluster,
    status: "ACTIVE",
    deploymentController: { type: "ECS" as const },
    desiredCount: service.desiredCount,
    runningCount: sets.reduce((sum, { runningCount }) => sum + runningCount, 0),
    pendingCount: sets.reduce((sum, { pendingCount }) => sum + pendingCount, 0),
    taskDefinition: service.primaryTaskSet?.taskDefinition,
    // The groups stand as the program gave them. ECS alternates between them, and resolvedConfiguration of a service
    // revision tells which one is live.
    loadBalancers: loadBalancers.map((one) => ({ ...one })),
  };
}

function describeServiceRevision(revision: ServiceRevision, resource: EcsService, dateOf: (awsMs: number) => Date) {
  const { arn, taskDefinitionArn, createdAwsMs, targetGroupArn } = revision;
  const [loadBalancer] = resource.loadBalancers;
  const productionListenerRule = loadBalancer?.advancedConfiguration?.productionListenerRule;
  return {
    serviceRevisionArn: arn,
    serviceArn: resource.arn,
    clusterArn: resource.cluster,
    taskDefinition: taskDefinitionArn,
    createdAt: dateOf(createdAwsMs),
    loadBalancers: resource.loadBalancers.map((one) => ({ ...one })),
    resolvedConfiguration: { loadBalancers: targetGroupArn ? [{ targetGroupArn, productionListenerRule }] : [] },
  };
}

function brief(described: DescribedDeployment) {
  const { targetServiceRevision, serviceDeploymentArn, serviceArn, clusterArn, status, statusReason } = described;
  const { createdAt, startedAt, finishedAt } = described;
  const times = { createdAt, startedAt, finishedAt };
  const targetServiceRevisionArn = targetServiceRevision?.arn;
  return { serviceDeploymentArn, serviceArn, clusterArn, status, statusReason, targetServiceRevisionArn, ...times };
}

function describeDeployment(known: KnownDeployment, parts: EcsOperationsParts): DescribedDeployment {
  const { resource, service, deployments, dateOf } = parts;
  const { deployment, configuration, target, source } = known;
  const step = deployment?.step;
  const status = deployments.statusOf(known);
  const stage = step?.kind === "stage" || step?.kind === "rollback" ? step.stage : undefined;
  const reason = step && "reason" in step ? step.reason : undefined;
  const back = status.startsWith("ROLLBACK_") && status !== "ROLLBACK_REQUESTED";
  const { alarms, deploymentCircuitBreaker: breaker } = configuration;
  const failureCount = deployment?.green?.failedTaskCount ?? 0;
  const threshold = circuitBreakerThreshold(service.desiredCount);
  const date = (awsMs: number | undefined) => (awsMs === undefined ? undefined : dateOf(awsMs));
  return {
    serviceDeploymentArn: known.arn,
    serviceArn: resource.arn,
    clusterArn: resource.cluster,
    createdAt: date(known.createdAwsMs),
    startedAt: date(known.startedAwsMs),
    finishedAt: date(known.finishedAwsMs),
    status,
    statusReason: reason,
    // The SDK's type does not know the stage before a shift yet.
    lifecycleStage: stage as DescribedDeployment["lifecycleStage"],
    lifecycleHookDetails: deployment?.hooks.details.map(({ expiresAtAwsMs, ...detail }) => ({
      ...detail,
      expiresAt: dateOf(expiresAtAwsMs),
    })),
    targetServiceRevision: summary(target, deployment?.green, parts),
    sourceServiceRevisions: source ? [summary(source, deployment?.blue, parts)] : [],
    rollback: back ? { reason, serviceRevisionArn: source?.arn } : undefined,
    deploymentCircuitBreaker: {
      status: !breaker?.enable ? "DISABLED" : failureCount >= threshold ? "TRIGGERED" : "MONITORING",
      failureCount,
      threshold,
    },
    alarms: {
      status: !deployment?.monitorsAlarms
        ? "DISABLED"
        : deployment.triggeredAlarms.size > 0
          ? "TRIGGERED"
          : "MONITORING",
      alarmNames: alarms?.alarmNames,
      triggeredAlarmNames: [...(deployment?.triggeredAlarms ?? [])],
    },
  };
}

function summary(
  { arn, targetGroupArn = "" }: ServiceRevision,
  taskSet: TaskSet | undefined,
  { weights }: EcsOperationsParts,
) {
  const { production, test } = weights();
  return {
    arn,
    requestedTaskCount: taskSet?.computedDesiredCount ?? 0,
    runningTaskCount: taskSet?.runningCount ?? 0,
    pendingTaskCount: taskSet?.pendingCount ?? 0,
    requestedProductionTrafficWeight: production[targetGroupArn] ?? 0,
    requestedTestTrafficWeight: test[targetGroupArn] ?? 0,
  };
}
