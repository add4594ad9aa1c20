import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../problems";
import { arns, ecs, http } from "../../aws-rules";
import { listProblems, rangeProblems, textProblem } from "../rule-problems";
import { environmentProblems, type Secrets, secretProblems } from "./secrets";
import { type ContainerOptions, optionProblems } from "./container-options";
import { type EfsVolume, efsProblems } from "./efs-volumes";
import { executeCommandProblems } from "./execute-command";
import { type LogRouter, logRouterProblems, logRouterSidecar } from "./log-router";
import { collectorSidecar, type OpenTelemetry } from "./open-telemetry";
import { type Sidecar, sidecarProblems } from "./sidecars";
import { taskPolicyProblems } from "./task-policies";
import { taskSizeProblems } from "./task-size";

export type CpuArchitecture = "X86_64" | "ARM64";

/** What runs in each task. A change of any of it goes live with a release. */
export interface TaskOptions {
  /** Port that the container listens on; it is told in the environment variable PORT. @default 3000 */
  readonly containerPort?: number;
  /** CPU units; 1024 are one vCPU. @default 256 */
  readonly cpu?: number;
  /** @default 512 */
  readonly memoryMiB?: number;
  /** @default "X86_64" */
  readonly cpuArchitecture?: CpuArchitecture;
  /** Environment variables of the app's container. @default none */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Environment variables whose values ECS reads from Secrets Manager or Systems Manager, by ARN. @default none */
  readonly secrets?: Secrets;
  /** KMS keys of the customer's own that secrets are encrypted with, by ARN. @default none */
  readonly secretKeyArns?: readonly pulumi.Input<string>[];
  /** Managed policies of what the app may do in AWS, by ARN; at most 10. @default none: it may do nothing */
  readonly taskPolicyArns?: readonly pulumi.Input<string>[];
  /** How the app's container runs: its user, file system, limits, health check. @default as its image says */
  readonly container?: ContainerOptions;
  /** Containers beside the app's. @default none */
  readonly sidecars?: readonly Sidecar[];
  /** Sends every container's output on by FireLens. @default ECS writes it to CloudWatch Logs */
  readonly logRouter?: LogRouter;
  /** A collector of traces and metrics beside the app. @default none */
  readonly openTelemetry?: OpenTelemetry;
  /** Lets people who may run commands in the containers (ECS Exec); each command is logged. @default false */
  readonly executeCommand?: boolean;
  /** Disk of a task, 21 to 200 GiB; Fargate gives 20 without. @default 20 GiB */
  readonly ephemeralStorageGiB?: number;
  /** File systems of Amazon EFS that the app's container mounts. @default none */
  readonly efsVolumes?: readonly EfsVolume[];
}

type NoneUnlessGiven = "logRouter" | "openTelemetry" | "ephemeralStorageGiB";

export const taskDefaults: Required<Omit<TaskOptions, NoneUnlessGiven>> = {
  containerPort: 3000,
  cpu: 256,
  memoryMiB: 512,
  cpuArchitecture: "X86_64",
  environment: {},
  secrets: {},
  secretKeyArns: [],
  taskPolicyArns: [],
  container: {},
  sidecars: [],
  executeCommand: false,
  efsVolumes: [],
};

/** The options with a value for each that has a default. */
export type SettledTask = typeof taskDefaults & Pick<TaskOptions, NoneUnlessGiven>;

/** What is wrong with a task, but for its size. */
export function taskProblems(task: SettledTask): Problem[] {
  const { container, ephemeralStorageGiB, logRouter, openTelemetry } = task;
  const problems: Problem[] = [
    ...rangeProblems("", task, { containerPort: http.port }),
    ...environmentProblems(task.environment),
    ...listProblems("secretKeyArns", task.secretKeyArns, arns.kmsKeyArn),
    ...textProblem("openTelemetry.image", openTelemetry?.image, ecs.image),
    ...secretProblems(task.secrets, task.environment),
    ...taskPolicyProblems(task.taskPolicyArns),
    ...taskSizeProblems(task),
    ...optionProblems("container", container),
    ...sidecarProblems(allSidecars(task, ""), task).map((problem) => underOption(problem, task)),
    ...(logRouter ? logRouterProblems(logRouter) : []),
    ...executeCommandProblems(task.executeCommand, container),
    ...efsProblems(task.efsVolumes, container.tmpfs),
  ];
  if ("PORT" in task.environment) {
    const message = "tells the container its port, which is containerPort; say it there.";
    problems.push({ path: "environment.PORT", message });
  }
  const disk = rangeProblems("", { ephemeralStorageGiB }, { ephemeralStorageGiB: ecs.ephemeralStorageGiB });
  return [
    ...problems,
    ...disk.map((problem) => ({ ...problem, message: `${problem.message} Without it Fargate gives 20.` })),
  ];
}

/** A problem with a sidecar that an option brings along is the option's. */
function underOption({ path, message }: Problem, { sidecars, openTelemetry }: SettledTask): Problem {
  const [, index, field] = /^sidecars\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
  const position = Number(index) - sidecars.length;
  if (index === undefined || position < 0) return { path, message };
  const option = openTelemetry && position === 0 ? "openTelemetry" : "logRouter";
  return { path: option, message: `brings along a container whose ${field} ${message}` };
}

/** The user's own sidecars, then those that an option brings along. */
export function allSidecars(
  { sidecars, openTelemetry, logRouter }: Pick<SettledTask, "sidecars" | "openTelemetry" | "logRouter">,
  collectorConfig: pulumi.Input<string>,
): Sidecar[] {
  return [
    ...sidecars,
    ...(openTelemetry ? [collectorSidecar(openTelemetry, collectorConfig)] : []),
    ...(logRouter ? [logRouterSidecar(logRouter)] : []),
  ];
}
