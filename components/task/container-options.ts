import * as path from "node:path";
import type { Problem } from "../problems";
import { type ContainerHealthCheck, healthCheckProblems, renderHealthCheck } from "./container-health-check";
import { ecs, textMistake } from "../../aws-rules";
import { rangeProblems, textProblem } from "../rule-problems";

/** How a container runs; the app's, or that of a sidecar. Source: ECS developer guide, task definition parameters for Fargate. */
export interface ContainerOptions {
  /** Instead of the image's ENTRYPOINT. @default the image's */
  readonly entryPoint?: readonly string[];
  /** Instead of the image's CMD. @default the image's */
  readonly command?: readonly string[];
  /** `user`, `uid`, `uid:gid` and the like. @default the image's USER */
  readonly user?: string;
  /** The container cannot change its image's files, nor add any. @default false */
  readonly readonlyRootFilesystem?: boolean;
  /** Directories in memory that the container can write all the same, whoever its user is. @default none */
  readonly tmpfs?: readonly Tmpfs[];
  /** Linux capabilities that the container does without: `["ALL"]`. @default Docker's are kept */
  readonly dropCapabilities?: readonly string[];
  /** A small process in front of the container's own passes signals on and reaps children. @default false */
  readonly initProcess?: boolean;
  /** Open files, the one ulimit that Fargate lets a task set; up to 1048576. @default 65535 */
  readonly maxOpenFiles?: number;
  /** Seconds from SIGTERM to SIGKILL, 1 to 120. @default 30 */
  readonly stopTimeoutSeconds?: number;
  /** @default none */
  readonly healthCheck?: ContainerHealthCheck;
  /** Containers that must have come so far before this one starts. @default none */
  readonly dependsOn?: readonly Dependency[];
}

export interface Tmpfs {
  /** Where it is in the container: `/tmp`. */
  readonly containerPath: string;
  /** It takes of the task's memory what is in it. */
  readonly sizeMiB: number;
}

export interface Dependency {
  /** A sidecar's name, or `app`. */
  readonly container: string;
  /** COMPLETE and SUCCESS wait for its end, HEALTHY for its health check. */
  readonly condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
}

/** What is wrong with a container's options, whatever other containers there are. */
export function optionProblems(at: string, options: ContainerOptions): Problem[] {
  const { user, tmpfs = [], dropCapabilities = [], healthCheck } = options;
  const ranges = { maxOpenFiles: ecs.openFiles, stopTimeoutSeconds: ecs.stopTimeoutSeconds };
  const problems = [...rangeProblems(at, options, ranges), ...textProblem(`${at}.user`, user, ecs.containerUser)];
  const wrong = (field: string, message: string) => problems.push({ path: `${at}.${field}`, message });
  for (const [index, { containerPath, sizeMiB }] of tmpfs.entries()) {
    if (!isDirectory(containerPath)) {
      wrong(
        `tmpfs[${index}].containerPath`,
        `"${containerPath}" is not a folder's path; expected one like /tmp, without commas, colons and quotes.`,
      );
    }
    if (tmpfs.findIndex((one) => one.containerPath === containerPath) !== index)
      wrong(`tmpfs[${index}].containerPath`, `${containerPath} is listed twice.`);
    problems.push(...rangeProblems(`${at}.tmpfs[${index}]`, { sizeMiB }, { sizeMiB: ecs.tmpfsMiB }));
  }
  const unknown = dropCapabilities.filter((capability) => !ecs.capabilities.has(capability));
  if (unknown.length > 0) wrong("dropCapabilities", `has ${unknown.join(", ")}, which ECS does not know.`);
  return [...problems, ...(healthCheck ? healthCheckProblems(`${at}.healthCheck`, healthCheck) : [])];
}

/** An absolute path as it would be written by its shortest name, and not the root. */
export function isDirectory(containerPath: string): boolean {
  return (
    containerPath !== "/" &&
    textMistake(ecs.containerPath, containerPath) === undefined &&
    path.posix.resolve(containerPath) === containerPath
  );
}

/** The options in the words of a container definition; what is not given is not there. */
export function renderOptions(options: ContainerOptions, nameOf: (container: string) => string) {
  const { entryPoint, command, user, readonlyRootFilesystem, maxOpenFiles, stopTimeoutSeconds } = options;
  const { healthCheck, dependsOn } = options;
  const linuxParameters = renderLinuxParameters(options);
  return given({
    entryPoint,
    command,
    user,
    readonlyRootFilesystem,
    linuxParameters: Object.keys(linuxParameters).length > 0 ? linuxParameters : undefined,
    ulimits: maxOpenFiles && [{ name: "nofile", softLimit: maxOpenFiles, hardLimit: maxOpenFiles }],
    stopTimeout: stopTimeoutSeconds,
    healthCheck: healthCheck && renderHealthCheck(healthCheck),
    dependsOn: dependsOn?.map(({ container, condition }) => ({ containerName: nameOf(container), condition })),
  });
}

function renderLinuxParameters({ tmpfs, dropCapabilities, initProcess }: ContainerOptions) {
  return given({
    initProcessEnabled: initProcess,
    capabilities: dropCapabilities && { drop: dropCapabilities },
    tmpfs: tmpfs?.map(({ containerPath, sizeMiB }) => ({ containerPath, size: sizeMiB })),
  });
}

type Given<T> = { readonly [K in keyof T]?: NonNullable<T[K]> };

/** `values` without what is undefined. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
