import { type Actor, type Call, each, ownerOf } from "./actor";
import { actorsOf } from "./actors";
import type { Stack } from "./stack";
import { artifactBucket, buildProjects, repository, role } from "./actors/things";

/**
 * What an actor must not do in its own stack: the calls of all others that it does not make itself, and what would take
 * more power, or undo what the stack is. Calls on `*` are left out: an actor that may list, may list.
 */
export function forbidden(actor: Actor, stack: Stack): Call[] {
  const own = new Set(each(actor.calls(stack)).map(what));
  const others = actorsOf(stack)
    .flatMap((other) => each(other.calls(stack)))
    .filter(({ resource }) => resource !== "*");
  // What another account may in itself is not this stack's to say.
  const judged = actor.identity
    ? others.filter(({ resource, context }) => ownerOf({ resource, context }, stack.account) === stack.account)
    : others;
  return [...judged, ...power(stack)].filter((call) => !own.has(what(call)));
}

function what({ action, resource }: Call): string {
  return `${action} ${resource}`;
}

function power(stack: Stack): Call[] {
  const [repo, bucket] = [repository(stack), artifactBucket(stack)];
  const service = stack.arn("aws:ecs/service:Service");
  const roles = stack.roles.map(({ outputs }) => outputs.arn as string);
  const all = (resource: string, ...actions: string[]) =>
    actions.map((action) => ({ action, resource, context: {}, why: "would undo the stack, or take power" }));
  return [
    ...roles.flatMap((arn) => all(arn, "iam:AttachRolePolicy", "iam:PassRole", "iam:PutRolePolicy")),
    ...all(
      repo,
      "ecr:BatchDeleteImage",
      "ecr:DeleteRepository",
      "ecr:PutImageTagMutability",
      "ecr:SetRepositoryPolicy",
    ),
    ...all(`${bucket}/x`, "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectAcl"),
    ...all(bucket, "s3:DeleteBucket", "s3:PutBucketPolicy", "s3:PutBucketVersioning"),
    ...all(service, "ecs:DeleteService", "ecs:UpdateService"),
    ...all(stack.arn("aws:lambda/function:Function", "-test"), "lambda:UpdateFunctionCode"),
    ...all(
      stack.arn("aws:codepipeline/pipeline:Pipeline"),
      "codepipeline:UpdatePipeline",
      "codepipeline:DeletePipeline",
    ),
    ...all(`${stack.arn("aws:codepipeline/pipeline:Pipeline")}/Approval/Approve`, "codepipeline:PutApprovalResult"),
    ...buildProjects(stack).flatMap((project) => all(project, "codebuild:UpdateProject")),
    ...all(stack.local("codedeploy", "deploymentgroup:theirs/theirs"), "codedeploy:CreateDeployment"),
    ...all(stack.local("ecs", "task-definition/theirs:1"), "ecs:RegisterTaskDefinition"),
    ...neighbours(stack).flatMap(([resource, ...actions]) => all(resource, ...actions)),
    ...all(role(stack, "-task").replace(/[^/]+$/, "Administrator"), "iam:PassRole", "sts:AssumeRole"),
    ...all(stack.local("secretsmanager", "secret:theirs-AbCdEf"), "secretsmanager:GetSecretValue"),
    ...all(stack.local("ssm", "parameter/theirs"), "ssm:GetParameters"),
  ];
}

/** What other services have in the same cluster and on the same listeners, each with what would change it. */
function neighbours(stack: Stack): [string, ...string[]][] {
  const service = stack.arn("aws:ecs/service:Service").replace(/[^/]+$/, "theirs");
  const of = (kind: string) => `${service.replace(":service/", `:${kind}/`)}/0123456789`;
  const rules = stack.all("aws:lb/listenerRule:ListenerRule").map(({ outputs }) => outputs.arn as string);
  return [
    [service, "ecs:UpdateService", "ecs:UpdateServicePrimaryTaskSet"],
    [of("task-set"), "ecs:CreateTaskSet", "ecs:DeleteTaskSet"],
    [of("service-deployment"), "ecs:StopServiceDeployment"],
    [
      stack.arn("aws:lb/targetGroup:TargetGroup", "-blue").replace(/[^/]+$/, "theirs"),
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:RegisterTargets",
    ],
    ...rules.map((arn): [string, string] => [arn.replace(/[^/]+$/, "theirs"), "elasticloadbalancing:ModifyRule"]),
  ];
}
