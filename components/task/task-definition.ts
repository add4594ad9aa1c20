import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "./secrets";
import { type ContainerOptions, renderOptions } from "./container-options";
import { renderMountPoints, renderVolumes } from "./efs-volumes";
import { firelensConfiguration, logRouterName, routedLog } from "./log-router";
import { awsLog, type LogDestination } from "./logs";
import { telemetryEnvironment } from "./open-telemetry";
import type { Sidecar } from "./sidecars";
import { allSidecars, type CpuArchitecture, type SettledTask } from "./task-options";

export type { CpuArchitecture };

export interface TaskDefinitionArgs extends SettledTask, LogDestination {
  readonly family: string;
  readonly containerName: string;
  readonly executionRoleArn: pulumi.Input<string>;
  readonly taskRoleArn: pulumi.Input<string>;
  /** The collector's configuration, where there is a collector. */
  readonly collectorConfig: pulumi.Input<string>;
}

/**
 * The input of ECS's RegisterTaskDefinition, from which both the service's first revision and the release template's
 * taskdef.json are made, so that the two cannot differ.
 */
export function renderTaskDefinition(args: TaskDefinitionArgs, image: pulumi.Input<string>) {
  return pulumi.output(taskDefinition(args, image));
}

function taskDefinition(args: TaskDefinitionArgs, image: pulumi.Input<string>) {
  const { ephemeralStorageGiB, efsVolumes } = args;
  return {
    family: args.family,
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    // RegisterTaskDefinition takes the task's sizes as strings.
    cpu: String(args.cpu),
    memory: String(args.memoryMiB),
    runtimePlatform: { cpuArchitecture: args.cpuArchitecture, operatingSystemFamily: "LINUX" },
    ...(ephemeralStorageGiB ? { ephemeralStorage: { sizeInGiB: ephemeralStorageGiB } } : {}),
    executionRoleArn: args.executionRoleArn,
    taskRoleArn: args.taskRoleArn,
    ...(efsVolumes.length > 0 ? { volumes: renderVolumes(efsVolumes) } : {}),
    containerDefinitions: [
      appContainer(args, image),
      ...allSidecars(args, args.collectorConfig).map((sidecar) => sidecarContainer(sidecar, args)),
    ],
  };
}

function appContainer(args: TaskDefinitionArgs, image: pulumi.Input<string>) {
  const { containerName, containerPort, efsVolumes } = args;
  return {
    name: containerName,
    image,
    essential: true,
    portMappings: [{ containerPort, protocol: "tcp" }],
    // PORT is how the container is told the port that the target groups and health checks use.
    environment: pairs(
      {
        PORT: String(containerPort),
        ...(args.openTelemetry ? without(telemetryEnvironment(args.family), args.secrets) : {}),
        ...args.environment,
      },
      "value",
    ),
    ...secretsOf(args.secrets),
    ...(efsVolumes.length > 0 ? { mountPoints: renderMountPoints(efsVolumes) } : {}),
    ...renderContainer(args.container, args),
    logConfiguration: logOf(containerName, args),
  };
}

function sidecarContainer(sidecar: Sidecar, args: TaskDefinitionArgs) {
  const { name, image, essential = true, cpu, memoryMiB, ports = [], environment = {}, secrets = {} } = sidecar;
  return {
    name,
    image,
    essential,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memoryMiB === undefined ? {} : { memory: memoryMiB }),
    portMappings: ports.map((containerPort) => ({ containerPort, protocol: "tcp" })),
    environment: pairs(environment, "value"),
    ...secretsOf(secrets),
    ...renderContainer(sidecar, args),
    ...(name === logRouterName ? { firelensConfiguration } : {}),
    // The router cannot carry its own log.
    logConfiguration: name === logRouterName ? awsLog(name, args) : logOf(name, args),
  };
}

/** In the settings the app's container is `app`; in the task it has the service's name. */
function renderContainer(options: ContainerOptions, { containerName }: TaskDefinitionArgs) {
  return renderOptions(options, (container) => (container === "app" ? containerName : container));
}

function logOf(container: string, args: TaskDefinitionArgs) {
  return args.logRouter ? routedLog(args.logRouter, container, args) : awsLog(container, args);
}

/** The same definition as arguments of `aws.ecs.TaskDefinition`, for the revision that the service is born with. */
export function firstRevision(args: TaskDefinitionArgs, image: pulumi.Input<string>): aws.ecs.TaskDefinitionArgs {
  // Spread before it is an output, so that a secret in the environment hides the containers and nothing else.
  const { containerDefinitions, ephemeralStorage, ...definition } = taskDefinition(args, image);
  return {
    ...definition,
    // The provider spells it otherwise than ECS.
    ...(ephemeralStorage ? { ephemeralStorage: { sizeInGib: ephemeralStorage.sizeInGiB } } : {}),
    containerDefinitions: pulumi.jsonStringify(containerDefinitions),
    // A release that rolls back may need any earlier revision again.
    skipDestroy: true,
  };
}

/** A secret of the app's replaces a variable of this program, since ECS takes each name once. */
function without(environment: Readonly<Record<string, string>>, secrets: Secrets): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !(name in secrets)));
}

function secretsOf(secrets: Secrets) {
  const all = pairs(secrets, "valueFrom");
  return all.length > 0 ? { secrets: all } : {};
}

function pairs<K extends "value" | "valueFrom", V>(values: Readonly<Record<string, V>>, key: K) {
  return Object.entries(values).map(([name, value]) => ({ name, [key]: value }) as { name: string } & Record<K, V>);
}
