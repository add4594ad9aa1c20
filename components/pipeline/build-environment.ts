import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { serviceRole, type Statement } from "../policy";
import { siblingArn } from "../sibling-arn";
import type { CpuArchitecture } from "../task/task-definition";
import { artifactObjects } from "./artifacts";

/** CodeBuild's managed images by architecture. Source: CodeBuild user guide, ec2-compute-images. */
const images = {
  X86_64: { type: "LINUX_CONTAINER", image: "aws/codebuild/amazonlinux-x86_64-standard:5.0" },
  ARM64: { type: "ARM_CONTAINER", image: "aws/codebuild/amazonlinux-aarch64-standard:3.0" },
};

/** The machine that a project's builds run on, with Docker. */
export function buildMachine(cpuArchitecture: CpuArchitecture) {
  return {
    ...images[cpuArchitecture],
    computeType: "BUILD_GENERAL1_SMALL",
    // Docker runs inside the build's container.
    privilegedMode: true,
  };
}

/** A role that CodeBuild assumes for builds of this account and region; it may do nothing yet. */
export function buildRole(
  name: string,
  repository: aws.ecr.Repository,
  opts: pulumi.CustomResourceOptions,
): aws.iam.Role {
  // A project's own name is not known before its role. Source: CodeBuild user guide, cross-service-confused-deputy-prevention.
  const sourceArn = siblingArn(repository.arn, "codebuild", "project/*");
  return serviceRole(name, { service: "codebuild.amazonaws.com", sourceArn }, [], opts);
}

export interface BuildAccess {
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly artifactBucketArn: pulumi.Input<string>;
  /** Names of the artifacts that the action takes. */
  readonly reads: readonly string[];
  /** Names of the artifacts that the action leaves. */
  readonly writes: readonly string[];
}

/** What any build of the pipeline may do: write its log, take its input and leave its output. Source: CodeBuild user guide, setting-up-service-role. */
export function buildStatements({ logGroup, artifactBucketArn, reads, writes }: BuildAccess): Statement[] {
  return [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [pulumi.interpolate`${logGroup.arn}:log-stream:*`],
    },
    { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: artifactObjects(artifactBucketArn, reads) },
    ...(writes.length > 0
      ? [{ actions: ["s3:PutObject"], resources: artifactObjects(artifactBucketArn, writes) }]
      : []),
    // CodeBuild checks who owns the bucket. Source: the same page.
    { actions: ["s3:GetBucketAcl", "s3:GetBucketLocation"], resources: [artifactBucketArn] },
  ];
}
