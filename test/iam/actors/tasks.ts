import { type Actor, anything, type Calls, stranger } from "../actor";
import { region } from "../../../rehearsal/graph/aws-outputs";
import type { Stack } from "../stack";
import { containers } from "./containers";
import { logStream, repository, viaService } from "./things";

/** ECS, on behalf of the tasks. */
export const execution: Actor = {
  name: "ECS",
  does: "pulls the image, reads the secrets, writes the log",
  service: "ecs-tasks.amazonaws.com",
  role: "-execution",
  untold: true,
  // Secrets Manager and Systems Manager decrypt on its behalf.
  inNetwork: ({ action }) => !action.startsWith("kms:"),
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
    ...["secretsmanager", "ssm"]
      .filter((service) => secretsOf(stack, `:${service}:`).length > 0)
      .map((service) => opening(stack, viaService(service))),
  ],
  never: (stack) => [opening(stack, {})],
};

function opening(stack: Stack, context: Readonly<Record<string, string>>): Calls {
  return {
    actions: ["kms:Decrypt"],
    on: JSON.parse(stack.graph.config["greenlight:secretKeyArns"] ?? "[]") as string[],
    context,
    why: "has secrets opened that are under keys of the customer's own",
    source: "ECS developer guide, secrets-envvar-secrets-manager; KMS developer guide, conditions-kms",
  };
}

/** Image layers, which are in a bucket of ECR's own; whoever has an address that ECR signed takes them. */
export const layers: Actor = {
  name: "ECR",
  does: "keeps image layers, for whoever comes with an address that it signed",
  service: `arn:aws:iam::${stranger}:role/ecr`,
  identity: anything,
  inNetwork: () => true,
  calls: (stack) => [
    {
      actions: ["s3:GetObject"],
      on: stack.endpointPolicies.size > 0 ? [`arn:aws:s3:::prod-${region}-starport-layer-bucket/layer`] : [],
      context: { "aws:ResourceAccount": stranger },
      why: "pulls the image without NAT",
      source: "ECR user guide, vpc-endpoints",
    },
  ],
  never: (stack) =>
    stack.endpointPolicies.size > 0
      ? [
          {
            actions: ["s3:GetObject", "s3:PutObject"],
            on: ["arn:aws:s3:::anybodys/file"],
            context: { "aws:ResourceAccount": stranger },
            why: "leads to no other bucket",
            source: "ECR user guide, vpc-endpoints",
          },
        ]
      : [],
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
