import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy";
import type { Problem } from "../problems";
import type { ContainerOptions } from "./container-options";
import { writeStatement } from "./logs";

/** What is wrong with ECS Exec for this container. Source: ECS developer guide, ecs-exec, "Considerations". */
export function executeCommandProblems(executeCommand: boolean, container: ContainerOptions): Problem[] {
  if (!executeCommand || !container.readonlyRootFilesystem) return [];
  const reason =
    "ECS Exec's agent writes into the container's root file system, so it does not start in a read-only one";
  return [{ path: "executeCommand", message: `${reason}; give up one of the two.` }];
}

/** The log of every command that somebody runs in a container, and what it answered. */
export function commandLog(
  name: string,
  retentionInDays: number,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(`${name}-exec`, { retentionInDays }, opts);
}

/** The cluster's part of it. */
export function commandLogging(log: aws.cloudwatch.LogGroup) {
  return {
    executeCommandConfiguration: { logging: "OVERRIDE", logConfiguration: { cloudWatchLogGroupName: log.name } },
  };
}

/** What the agent in the container does with the task's role. Source: ECS developer guide, task-iam-roles and ecs-exec. */
export function executeCommandStatements(log: aws.cloudwatch.LogGroup): Statement[] {
  return [
    {
      // Channels belong to no resource. Source: service authorization reference, Session Manager message gateway.
      actions: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      resources: ["*"],
    },
    // The agent looks for its log group among all, which has no resource level. Source: ECS developer guide, ecs-exec.
    { actions: ["logs:DescribeLogGroups"], resources: ["*"] },
    { actions: ["logs:DescribeLogStreams"], resources: [pulumi.interpolate`${log.arn}:*`] },
    writeStatement(log),
  ];
}
