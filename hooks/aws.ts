import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { CodeDeploy } from "@aws-sdk/client-codedeploy";
import type { CodePipeline } from "@aws-sdk/client-codepipeline";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECS } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { S3 } from "@aws-sdk/client-s3";
import type { SSM } from "@aws-sdk/client-ssm";

// The Lambda runtime provides the SDK; it stays outside the bundle and is loaded when first needed, one client for each
// container, so that the module itself is ready at once.
let cloudWatchClient: Promise<CloudWatch> | undefined;
let codeDeployClient: Promise<CodeDeploy> | undefined;
let codePipelineClient: Promise<CodePipeline> | undefined;
let ec2Client: Promise<EC2> | undefined;
let ecsClient: Promise<ECS> | undefined;
let loadBalancingClient: Promise<ElasticLoadBalancingV2> | undefined;
let s3Client: Promise<S3> | undefined;
let ssmClient: Promise<SSM> | undefined;

export function cloudWatch(): Promise<CloudWatch> {
  return (cloudWatchClient ??= import("@aws-sdk/client-cloudwatch").then((sdk) => new sdk.CloudWatch()));
}

export function codeDeploy(): Promise<CodeDeploy> {
  return (codeDeployClient ??= import("@aws-sdk/client-codedeploy").then((sdk) => new sdk.CodeDeploy()));
}

export function codePipeline(): Promise<CodePipeline> {
  return (codePipelineClient ??= import("@aws-sdk/client-codepipeline").then((sdk) => new sdk.CodePipeline()));
}

export function ec2(): Promise<EC2> {
  return (ec2Client ??= import("@aws-sdk/client-ec2").then((sdk) => new sdk.EC2()));
}

export function ecs(): Promise<ECS> {
  return (ecsClient ??= import("@aws-sdk/client-ecs").then((sdk) => new sdk.ECS()));
}

export function loadBalancing(): Promise<ElasticLoadBalancingV2> {
  return (loadBalancingClient ??= import("@aws-sdk/client-elastic-load-balancing-v2").then(
    (sdk) => new sdk.ElasticLoadBalancingV2(),
  ));
}

export function s3(): Promise<S3> {
  return (s3Client ??= import("@aws-sdk/client-s3").then((sdk) => new sdk.S3()));
}

export function ssm(): Promise<SSM> {
  return (ssmClient ??= import("@aws-sdk/client-ssm").then((sdk) => new sdk.SSM()));
}

/** Whether the call was throttled, failed inside AWS, or never got an answer; anything else would be refused again. */
export function worthAnotherAttempt(error: unknown): boolean {
  const { name = "", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return status === undefined || status >= 500 || status === 429 || /Throttl|TooManyRequests|RequestLimit/.test(name);
}
