import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "./secrets";

export type CpuArchitecture = "X86_64" | "ARM64";

export interface TaskDefinitionArgs {
  readonly family: string;
  readonly containerName: string;
  readonly containerPort: number;
  /** CPU units; 1024 are one vCPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly cpuArchitecture: CpuArchitecture;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Secrets;
  readonly executionRoleArn: pulumi.Input<string>;
  readonly taskRoleArn: pulumi.Input<string>;
  readonly logGroupName: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
}

/**
 * The input of ECS's RegisterTaskDefinition, from which both the service's first revision and the release template's
 * taskdef.json are made, so that the two cannot differ.
 */
export function renderTaskDefinition(args: TaskDefinitionArgs, image: pulumi.Input<string>) {
  return pulumi.output(taskDefinition(args, image));
}

function taskDefinition(args: TaskDefinitionArgs, image: pulumi.Input<string>) {
  return {
    family: args.family,
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    // RegisterTaskDefinition takes the task's sizes as strings.
    cpu: String(args.cpu),
    memory: String(args.memoryMiB),
    runtimePlatform: { cpuArchitecture: args.cpuArchitecture, operatingSystemFamily: "LINUX" },
    executionRoleArn: args.executionRoleArn,
    taskRoleArn: args.taskRoleArn,
    containerDefinitions: [
      {
        name: args.containerName,
        image,
        essential: true,
        portMappings: [{ containerPort: args.containerPort, protocol: "tcp" }],
        environment: environmentOf(args),
        ...secretsOf(args),
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": args.logGroupName,
            "awslogs-region": args.region,
            "awslogs-stream-prefix": args.containerName,
          },
        },
      },
    ],
  };
}

/** The same definition as arguments of `aws.ecs.TaskDefinition`, for the revision that the service is born with. */
export function firstRevision(args: TaskDefinitionArgs, image: pulumi.Input<string>): aws.ecs.TaskDefinitionArgs {
  // Spread before it is an output, so that a secret in the environment hides the containers and nothing else.
  const { containerDefinitions, ...definition } = taskDefinition(args, image);
  return {
    ...definition,
    containerDefinitions: pulumi.jsonStringify(containerDefinitions),
    // A release that rolls back may need any earlier revision again.
    skipDestroy: true,
  };
}

function secretsOf({ secrets }: TaskDefinitionArgs) {
  const all = Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom }));
  return all.length > 0 ? { secrets: all } : {};
}

function environmentOf({ environment, containerPort }: TaskDefinitionArgs) {
  // PORT is how the container is told the port that the target groups and health checks use.
  const variables = { PORT: String(containerPort), ...environment };
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}
