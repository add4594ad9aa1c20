import type { ServiceDeployment, ServiceDeploymentBrief, ServiceDeploymentStatus } from "@aws-sdk/client-ecs";
import { ecs } from "../aws";

/** The service that this function deploys, as its environment names it. */
export interface Service {
  readonly cluster: string;
  readonly service: string;
}

/** On a task definition that this function registered: for which job and which run. */
export const tagKeys = { job: "greenlight:job-id", run: "greenlight:pipeline-execution-id" };

export interface KnownDeployment {
  readonly arn: string;
  readonly status: ServiceDeploymentStatus;
  readonly taskDefinitionArn: string;
}

const ended: readonly string[] = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];

export function hasEnded(status: string | undefined): boolean {
  return ended.includes(status ?? "");
}

/** The deployments under way, and before them the newest of all: one that a repeated call would start again may have ended. */
export async function recentDeployments(service: Service): Promise<KnownDeployment[]> {
  const client = await ecs();
  const { serviceDeployments = [] } = await client.listServiceDeployments({ ...service, maxResults: 100 });
  const newestFirst = [...serviceDeployments].sort((one, other) => createdAt(other) - createdAt(one));
  const recent = newestFirst.filter(({ status }, index) => index === 0 || !hasEnded(status)).slice(0, 20);
  const serviceRevisionArns = recent.flatMap(({ targetServiceRevisionArn: arn }) => arn ?? []);
  if (serviceRevisionArns.length === 0) return [];
  const { serviceRevisions = [] } = await client.describeServiceRevisions({ serviceRevisionArns });
  return recent.flatMap(({ serviceDeploymentArn: arn, status, targetServiceRevisionArn }) => {
    const revision = serviceRevisions.find(({ serviceRevisionArn }) => serviceRevisionArn === targetServiceRevisionArn);
    return arn && status ? [{ arn, status, taskDefinitionArn: revision?.taskDefinition ?? "" }] : [];
  });
}

/** Whether this function registered the deployment's task definition for the job or run of this id. */
export async function isFor(key: keyof typeof tagKeys, id: string, deployment: KnownDeployment): Promise<boolean> {
  if (!deployment.taskDefinitionArn) return false;
  const client = await ecs();
  const request = { taskDefinition: deployment.taskDefinitionArn, include: ["TAGS" as const] };
  const { tags = [] } = await client.describeTaskDefinition(request);
  return tags.some((tag) => tag.key === tagKeys[key] && tag.value === id);
}

/** Throws for one that ECS does not know. */
export async function describe(serviceDeploymentArn: string): Promise<ServiceDeployment> {
  const client = await ecs();
  const { serviceDeployments = [], failures = [] } = await client.describeServiceDeployments({
    serviceDeploymentArns: [serviceDeploymentArn],
  });
  if (serviceDeployments[0]) return serviceDeployments[0];
  throw new Error(`ECS does not describe ${serviceDeploymentArn}: ${failures[0]?.reason ?? "no reason given"}`);
}

/** Whether it can be stopped. */
export function isRunning(status: string | undefined): boolean {
  return status === "PENDING" || status === "IN_PROGRESS";
}

/** Back to the revision before it; one that somebody else has stopped meanwhile is stopped. */
export async function stopDeployment(serviceDeploymentArn: string): Promise<void> {
  const client = await ecs();
  try {
    await client.stopServiceDeployment({ serviceDeploymentArn, stopType: "ROLLBACK" });
  } catch (error) {
    if (isRunning((await describe(serviceDeploymentArn)).status)) throw error;
  }
}

function createdAt({ createdAt: time }: ServiceDeploymentBrief): number {
  return time?.getTime() ?? 0;
}
