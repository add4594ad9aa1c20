import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ecrRepositoryArns } from "../ecr-arn";
import { grant, serviceRole, type Statement } from "../policy";
import { type Secrets, secretStatements } from "./secrets";

export interface ExecutionRoleArgs {
  /** Images that come from other repositories than the releases' may: the service's first, and those of sidecars. */
  readonly images: readonly pulumi.Input<string>[];
  readonly repositoryArn: pulumi.Input<string>;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly secrets: readonly Secrets[];
  readonly secretKeyArns: readonly pulumi.Input<string>[];
}

/**
 * The role with which ECS pulls this service's images and writes its log. Its trust names no source: AWS documents that ECS
 * tells one for task roles, and not that it does here, and without it no task would start.
 */
export function executionRole(
  name: string,
  { images, repositoryArn, logGroup, secrets, secretKeyArns }: ExecutionRoleArgs,
  opts: pulumi.CustomResourceOptions,
): { role: aws.iam.Role; policy: aws.iam.RolePolicy; statements: Statement[] } {
  const role = serviceRole(name, { service: "ecs-tasks.amazonaws.com" }, [], opts);
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
