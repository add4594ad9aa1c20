import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy";
import { ecs } from "../../aws-rules";
import type { Problem } from "../problems";
import { textProblem } from "../rule-problems";
import { type Secrets, secretProblems } from "./secrets";
import { type LogDestination, writeStatement } from "./logs";
import type { Sidecar } from "./sidecars";

/**
 * FireLens: a Fluent Bit beside the app takes every container's output and sends it on. Source: ECS developer guide,
 * using_firelens and firelens-taskdef.
 */
export interface LogRouter {
  /** @default AWS for Fluent Bit, by version */
  readonly image?: pulumi.Input<string>;
  /** Fluent Bit's output, `Name` first. @default the service's log group in CloudWatch */
  readonly options?: Readonly<Record<string, string>>;
  /** Options whose values ECS reads from Secrets Manager or Systems Manager, an API key say. @default none */
  readonly secretOptions?: Secrets;
}

const image = "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.15";

export const logRouterName = "log-router";

export function logRouterProblems({ image: own, options, secretOptions = {} }: LogRouter): Problem[] {
  const problems = [
    ...textProblem("logRouter.image", own, ecs.image),
    ...secretProblems(secretOptions, options ?? {}, "logRouter.secretOptions"),
  ];
  if (!options && Object.keys(secretOptions).length > 0) {
    const message = "are for a destination of yours, and logs go to CloudWatch here; name it in options.";
    return [...problems, { path: "logRouter.secretOptions", message }];
  }
  if (!options || "Name" in options) return problems;
  const message = "has no Name, which says to Fluent Bit where logs go: cloudwatch_logs, datadog, http and so on.";
  return [...problems, { path: "logRouter.options", message }];
}

/** The container; it is essential, since a task without it would lose its log. */
export function logRouterSidecar(router: LogRouter): Sidecar {
  // It makes the socket that the others' output comes by, which takes root.
  return { name: logRouterName, image: router.image ?? image, essential: true, user: "0" };
}

export const firelensConfiguration = { type: "fluentbit", options: { "enable-ecs-log-metadata": "true" } };

/** How another container's output reaches the router, and where that sends it. */
export function routedLog(router: LogRouter, container: string, { logGroupName, region }: LogDestination) {
  const toCloudWatch = {
    Name: "cloudwatch_logs",
    region,
    log_group_name: logGroupName,
    log_stream_prefix: `${container}/`,
    auto_create_group: "false",
  };
  const secrets = Object.entries(router.secretOptions ?? {});
  return {
    logDriver: "awsfirelens",
    options: router.options ?? toCloudWatch,
    ...(secrets.length > 0 ? { secretOptions: secrets.map(([name, valueFrom]) => ({ name, valueFrom })) } : {}),
  };
}

/** What the router does with the task's role; a destination of the user's own needs what that one asks for. */
export function logRouterStatements({ options }: LogRouter, logGroup: aws.cloudwatch.LogGroup): Statement[] {
  return options ? [] : [writeStatement(logGroup)];
}
