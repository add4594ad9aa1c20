import { z } from "zod";
import type { RegisteredTaskDefinition } from "../codepipeline/fill-template";

/** What a task definition may say besides what every rehearsal reads. Source: ECS API reference, ContainerDefinition. */
const containerLimits = z.looseObject({
  cpu: z.number().optional(),
  memory: z.number().optional(),
  memoryReservation: z.number().optional(),
  workingDirectory: z.string().optional(),
  user: z.string().optional(),
  readonlyRootFilesystem: z.boolean().optional(),
  ulimits: z.array(z.object({ name: z.string(), softLimit: z.number(), hardLimit: z.number() })).default([]),
  mountPoints: z.array(z.looseObject({ containerPath: z.string(), readOnly: z.boolean().optional() })).default([]),
  linuxParameters: z
    .looseObject({
      initProcessEnabled: z.boolean().optional(),
      capabilities: z
        .looseObject({ add: z.array(z.string()).default([]), drop: z.array(z.string()).default([]) })
        .optional(),
      tmpfs: z.array(z.looseObject({ containerPath: z.string(), size: z.number() })).default([]),
    })
    .optional(),
});

const taskLimits = z.looseObject({ cpu: z.coerce.number().optional(), memory: z.coerce.number().optional() });

export interface ContainerRun {
  readonly taskDefinition: RegisteredTaskDefinition;
  readonly containerName: string;
  /** The container's name on the engine. */
  readonly name: string;
  /** `key=value`, by which it is found again. */
  readonly label: string;
  /** The port of this machine's loopback that leads to the container's. */
  readonly port: number;
  /** @default Docker's own choice */
  readonly hostName?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether the command line itself reads a variable of this name; its value for the container is then given as a word. */
export function isReadByDocker(name: string): boolean {
  return /^(PATH|HOME|PORT|DOCKER_.*|TMPDIR|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy)$/.test(name);
}

/**
 * The words after `docker` that run a task's container in the foreground, with the limits of its task definition: a
 * Fargate task's CPU and memory are its own whole. A variable's value is left to docker's own environment, where the
 * list of processes does not show it.
 */
export function runArguments(run: ContainerRun): readonly string[] {
  const { taskDefinition, containerName, name, label, port, environment } = run;
  const container = taskDefinition.containerDefinitions.find((one) => one.name === containerName)!;
  const { cpu, memory } = taskLimits.parse(taskDefinition);
  const limits = containerLimits.parse(container);
  const { linuxParameters, ulimits, mountPoints } = limits;
  const [entry, ...entryWords] = container.entryPoint ?? [];
  const [mapping] = container.portMappings;
  const memoryMiB = limits.memory ?? memory;
  const variables = Object.entries(environment).map(([key, value]) => (isReadByDocker(key) ? `${key}=${value}` : key));
  return [
    ...["run", "--rm", "--name", name, "--label", label, "--log-driver", "none"],
    ...["--publish", `127.0.0.1:${port}:${mapping?.containerPort ?? port}`],
    ...["--stop-timeout", String(container.stopTimeout)],
    ...option("--cpus", cpu && cpu / 1024),
    ...option("--cpu-shares", limits.cpu && Math.max(2, limits.cpu)),
    ...option("--memory", memoryMiB && `${memoryMiB}m`),
    ...option("--memory-reservation", limits.memoryReservation && `${limits.memoryReservation}m`),
    ...option("--hostname", run.hostName),
    ...option("--user", limits.user),
    ...option("--workdir", limits.workingDirectory),
    ...(limits.readonlyRootFilesystem ? ["--read-only"] : []),
    ...(linuxParameters?.initProcessEnabled ? ["--init"] : []),
    ...(linuxParameters?.capabilities?.add ?? []).flatMap((capability) => ["--cap-add", capability]),
    ...(linuxParameters?.capabilities?.drop ?? []).flatMap((capability) => ["--cap-drop", capability]),
    ...(linuxParameters?.tmpfs ?? []).flatMap(({ containerPath, size }) => [
      "--tmpfs",
      `${containerPath}:size=${size}m`,
    ]),
    // A volume of the task's own, which ends with it.
    ...mountPoints.flatMap(({ containerPath, readOnly }) => [
      "--mount",
      `type=volume,dst=${containerPath}${readOnly ? ",readonly" : ""}`,
    ]),
    ...ulimits.flatMap((limit) => ["--ulimit", `${limit.name}=${limit.softLimit}:${limit.hardLimit}`]),
    ...variables.flatMap((variable) => ["--env", variable]),
    ...option("--entrypoint", entry),
    container.image,
    ...entryWords,
    ...(container.command ?? []),
  ];
}

function option(name: string, value: string | number | undefined): string[] {
  return value === undefined || value === 0 ? [] : [name, String(value)];
}
