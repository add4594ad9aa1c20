import type { Actor } from "../actor";
import type { Stack } from "../stack";
import { containers } from "./containers";
import { logStream, repository } from "./things";

/** ECS, on behalf of the tasks. */
export const execution: Actor = {
  name: "ECS",
  does: "pulls the image, reads the secrets, writes the log",
  service: "ecs-tasks.amazonaws.com",
  role: "-execution",
  calls: (stack) => [
    {
      actions: ["ecr:GetAuthorizationToken"],
      on: ["*"],
      why: "logs in to the registry",
      source: "ECS developer guide, task_execution_IAM_role",
    },
    {
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      on: [...new Set([repository(stack), ...otherRepositories(stack)])],
      why: "pulls the image",
      source: "ECS developer guide, task_execution_IAM_role",
    },
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [logStream(stack, stack.graph.recorder.find("aws:ecs/service:Service").name)],
      why: "writes the container's log",
      source: "ECS developer guide, task_execution_IAM_role",
    },
    {
      actions: ["secretsmanager:GetSecretValue"],
      // A secret's ARN has seven parts; what follows says which part of the value is meant.
      on: secretsOf(stack, ":secretsmanager:").map((arn) => arn.split(":").slice(0, 7).join(":")),
      why: "reads the container's secrets",
      source: "ECS developer guide, secrets-envvar-secrets-manager",
    },
    {
      actions: ["ssm:GetParameters"],
      on: secretsOf(stack, ":ssm:"),
      why: "reads the container's secrets",
      source: "ECS developer guide, secrets-envvar-ssm-paramstore",
    },
    {
      actions: ["kms:Decrypt"],
      on: JSON.parse(stack.graph.config["greenlight:secretKeyArns"] ?? "[]") as string[],
      why: "opens secrets under keys of the customer's own",
      source: "ECS developer guide, secrets-envvar-secrets-manager",
    },
  ],
};

function secretsOf(stack: Stack, service: string): string[] {
  const all = containers(stack).flatMap(({ secrets = [], logConfiguration: { secretOptions = [] } }) => [
    ...secrets,
    ...secretOptions,
  ]);
  return [...new Set(all.map(({ valueFrom }) => valueFrom).filter((arn) => arn.includes(service)))];
}

/** Repositories in ECR that the first image and the sidecars come from. */
function otherRepositories(stack: Stack): string[] {
  return containers(stack).flatMap(({ image }) => {
    const [, account, region, name] = /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\/([^:@]+)/.exec(image) ?? [];
    return name ? [`arn:aws:ecr:${region}:${account}:repository/${name}`] : [];
  });
}
