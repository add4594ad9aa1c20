import type { GraphResource } from "../../support/graph";
import type { Stack } from "../stack";

// What several actors work on.

export function role(stack: Stack, suffix: string): string {
  return stack.arn("aws:iam/role:Role", suffix);
}

/** Where the app's images are. */
export function repository(stack: Stack): string {
  return repositories(stack, "IMMUTABLE")[0]!;
}

/** The stack's secret parameter, if there is one. */
export function secretParameters(stack: Stack): string[] {
  return stack.all("aws:ssm/parameter:Parameter").map(({ outputs }) => outputs.arn as string);
}

/** Where the build's cache is, if there is one. */
export function caches(stack: Stack): string[] {
  return repositories(stack, "MUTABLE");
}

/** The profile with which ECR signs what the build pushes, if there is one; it is not the stack's. */
export function signingProfiles({ graph }: Stack): string[] {
  const arn = graph.config["greenlight:signingProfileArn"];
  return arn === undefined ? [] : [arn];
}

function repositories(stack: Stack, tags: string): string[] {
  const all = stack.all("aws:ecr/repository:Repository").filter(({ inputs }) => inputs.imageTagMutability === tags);
  return all.map(({ outputs }) => outputs.arn as string);
}

export function rule(stack: Stack, suffix: string): string {
  return stack.arn("aws:lb/listenerRule:ListenerRule", suffix);
}

/** Whether CodeDeploy releases the service on listeners that are other services', too. */
export function shares(stack: Stack): boolean {
  return stack.hasCodeDeploy && stack.has("aws:lb/listenerRule:ListenerRule");
}

/** ARNs of CodeBuild's projects: the image's, and the tests' if there are any. */
export function buildProjects(stack: Stack): string[] {
  return stack.all("aws:codebuild/project:Project").map(({ outputs }) => outputs.arn as string);
}

/** The project whose builds have this role. */
export function projectOf(stack: Stack, roleArn: string): GraphResource {
  return stack.all("aws:codebuild/project:Project").find(({ inputs }) => inputs.serviceRole === roleArn)!;
}

/** The ARNs that reading alarms by these names asks for: a composite alarm, which one not made here may be, asks for all. */
export function readAlarms(stack: Stack, names: readonly string[]): string[] {
  const made = stack.all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ outputs }) => outputs.name);
  const parts = names.some((name) => !made.includes(name)) ? ["a-part-of-the-composite"] : [];
  return [...names, ...parts].map((name) => stack.local("cloudwatch", `alarm:${name}`));
}

/** ARNs of the buckets whose names end so. */
export function bucketsOf(stack: Stack, suffix: string): string[] {
  const all = stack.all("aws:s3/bucket:Bucket").filter(({ name }) => name.endsWith(suffix));
  return all.map(({ outputs }) => outputs.arn as string);
}

/** What encrypts the topic: the key that was made with it, or the one that the setting says. */
export function keysOf(stack: Stack, topic: string, setting: string): string[] {
  const made = stack.all("aws:sns/topic:Topic").find(({ outputs }) => outputs.arn === topic);
  if (made) return [made.inputs.kmsMasterKeyId as string];
  const { keyArn } = JSON.parse(stack.graph.config[`greenlight:${setting}`] ?? "{}") as { keyArn?: string };
  return keyArn === undefined ? [] : [keyArn];
}

/** What KMS is told of a service that uses a key for its caller. */
export function viaService(service: string) {
  return { "kms:ViaService": `${service}.eu-central-1.amazonaws.com` };
}

/** Where a pipeline's artifacts are. */
export function artifactBucket(stack: Stack): string {
  return stack.arn("aws:s3/bucket:Bucket", "-artifacts");
}

/** An object of an artifact, by a key as CodePipeline makes it: it shortens both names. */
export function artifact(stack: Stack, name: string): string {
  const { outputs } = stack.graph.recorder.find("aws:codepipeline/pipeline:Pipeline");
  return `${artifactBucket(stack)}/${String(outputs.name).slice(0, 20)}/${name.slice(0, 10)}/1a2B3c4`;
}

/** Some stream of the log group whose name ends so. */
export function logStream(stack: Stack, group: string): string {
  return `${stack.arn("aws:cloudwatch/logGroup:LogGroup", group)}:log-stream:some/0123456789abcdef`;
}
