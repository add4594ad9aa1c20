import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ecrRepositoryArns } from "../ecr-arn";
import { type Assumer, grant, serviceRole, type Statement } from "../policy";
import { type Secrets, secretStatements } from "./secrets";
import { siblingArn } from "../sibling-arn";

export interface ExecutionRoleArgs {
  /** Images that come from other repositories than the releases' may: the service's first, and those of sidecars. */
  readonly images: readonly pulumi.Input<string>[];
  readonly repositoryArn: pulumi.Input<string>;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly secrets: readonly Secrets[];
  readonly secretKeyArns: readonly string[];
}

/**
 * The tasks of the account and region that the log group is in, as those who assume a role; AWS does not tell of which
 * cluster they are. Source: ECS developer guide, task-iam-roles.
 */
export function tasksOf(logGroup: aws.cloudwatch.LogGroup): Assumer {
  return { service: "ecs-tasks.amazonaws.com", sourceArn: siblingArn(logGroup.arn, "ecs", "*") };
}

/** The role with which ECS pulls this service's images and writes its log. */
export function executionRole(
  name: string,
  { images, repositoryArn, logGroup, secrets, secretKeyArns }: ExecutionRoleArgs,
  opts: pulumi.CustomResourceOptions,
): { role: aws.iam.Role; policy: aws.iam.RolePolicy; statements: Statement[] } {
  const role = serviceRole(name, tasksOf(logGroup), [], opts);
  const repositoryArns = pulumi
    .all([repositoryArn, pulumi.all([...images])])
    .apply(([releases, others]) => [
      ...new Set([releases, ...others.flatMap((image) => ecrRepositoryArns(image, releases))]),
    ]);
  const statements = [
    // A registry token belongs to no repository.
    { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
    {
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: repositoryArns,
    },
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [pulumi.interpolate`${logGroup.arn}:log-stream:*`],
    },
    ...secretStatements(secrets, secretKeyArns),
  ];
  const policy = grant(name, role, statements, opts);
  return { role, policy, statements };
}
