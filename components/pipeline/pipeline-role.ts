import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { approvalStatements } from "./deploy-approval";
import type { PipelineParts } from "./pipeline-stages";
import { alarmStatements } from "../deployment/alarm-arn";
import { grant, serviceRole, type Statement } from "../policy";

/** The role of the pipeline: what its source, build and deploy actions call, on this stack's resources. */
export function pipelineRole(
  name: string,
  parts: PipelineParts,
  opts: pulumi.CustomResourceOptions,
): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
  const role = serviceRole(name, { service: "codepipeline.amazonaws.com" }, [], opts);
  const statements = [
    ...parts.source.statements,
    ...buildStatements(parts),
    ...(parts.sbom?.statements ?? []),
    ...approvalStatements(parts.deployApproval),
    ...parts.deploy.statements,
    ...(parts.released?.statements ?? []),
    // The rules before a stage. Source: CodePipeline user guide, rule-reference-CloudWatchAlarm.
    ...alarmStatements(parts.service.service.arn, parts.service.alarms),
  ];
  return { role, policy: grant(name, role, statements, opts) };
}

// Source: CodePipeline user guide, how-to-custom-role, action-reference-S3 and -CodeBuild.
function buildStatements({ artifacts, template, build, testing }: PipelineParts): Statement[] {
  const artifactArn = artifacts.bucket.arn;
  const projects = [build, ...(testing ? [testing] : [])];
  return [
    {
      // All of its bucket: CodePipeline itself writes and reads every artifact of the pipeline with this role. Tags of
      // the release template, such as the provider's default tags, are copied to the artifact.
      actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging"],
      resources: [pulumi.interpolate`${artifactArn}/*`],
    },
    { actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], resources: [artifactArn] },
    ...(template
      ? [
          {
            actions: ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
            resources: [pulumi.interpolate`${template.bucket.bucket.arn}/${template.object.key}`],
          },
          {
            actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            resources: [template.bucket.bucket.arn],
          },
        ]
      : []),
    {
      actions: ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
      resources: projects.map(({ project }) => project.arn),
    },
  ];
}
