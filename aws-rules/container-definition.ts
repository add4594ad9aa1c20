import * as ecs from "./ecs";
import { port } from "./http";
import { entries, type Json, list, text, texts } from "./json";
import { type NumberRule, numberMistake, textMistake } from "./rule";

interface Task {
  readonly definition: Json;
  readonly containers: readonly Json[];
}

/** Parameters of a container that Fargate refuses. Source: ECS developer guide, fargate-tasks-services. */
const notForFargate = [
  "disableNetworking",
  "dnsSearchDomains",
  "dnsServers",
  "dockerSecurityOptions",
  "extraHosts",
  "links",
  "privileged",
];

/** Why ECS would refuse one container of a task definition. */
export function containerMistakes(container: Json, task: Task): string[] {
  const name = text(container.name);
  const problems = [
    ...(typeof container.name === "string" ? found("name", textMistake(ecs.taskName, name)) : []),
    ...(typeof container.image === "string" && !container.image.includes("<")
      ? found("image", textMistake(ecs.image, container.image))
      : []),
    ...variableMistakes(container),
    ...portMistakes(container, task.definition.networkMode === "awsvpc"),
    ...mountMistakes(container, list(task.definition.volumes)),
    ...dependencyMistakes(container, task.containers),
    ...checkMistakes(container),
    ...memoryMistakes(container),
    // The service runs its tasks on Fargate, whatever requiresCompatibilities says.
    ...fargateMistakes(container),
    ...logMistakes(container, task.containers),
  ];
  return problems.map((problem) => `container "${name}": ${problem}`);
}

function found(what: string, mistake: string | undefined): string[] {
  return mistake === undefined ? [] : [`${what} ${mistake}`];
}

/** Source: ECS API, Secret and KeyValuePair. */
function variableMistakes({ environment, secrets, logConfiguration }: Json): string[] {
  const plain = list(environment).map(({ name }) => text(name));
  const secret = list(secrets).map(({ name }) => text(name));
  const [, options] = entries(logConfiguration).find(([key]) => key === "secretOptions") ?? [];
  return [
    ...[...new Set([...plain, ...secret])].flatMap((name) =>
      found("a variable", textMistake(ecs.environmentName, name)),
    ),
    ...[...new Set(secret.filter((name) => plain.includes(name)))].map(
      (name) => `${name} is in environment and in secrets. Keep one of the two.`,
    ),
    ...repeated(secret).map((name) => `${name} is listed twice in secrets. Remove one.`),
    ...repeated(list(options).map(({ name }) => text(name))).map(
      (name) => `${name} is listed twice in logConfiguration.secretOptions. Remove one.`,
    ),
  ];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function portMistakes({ portMappings }: Json, awsvpc: boolean): string[] {
  return list(portMappings).flatMap(({ containerPort, hostPort = containerPort, protocol = "tcp" }) => [
    ...(typeof containerPort === "number" ? found("containerPort", numberMistake(port, containerPort)) : []),
    ...(protocol === "tcp" || protocol === "udp"
      ? []
      : [`the protocol of port ${String(containerPort)} is neither tcp nor udp.`]),
    ...(awsvpc && hostPort !== containerPort
      ? [`hostPort is ${String(hostPort)}; in the network mode awsvpc it must be containerPort. Leave it out.`]
      : []),
  ]);
}

function mountMistakes({ mountPoints, linuxParameters }: Json, volumes: readonly Json[]): string[] {
  const names = volumes.map(({ name }) => name);
  const [, tmpfs] = entries(linuxParameters).find(([key]) => key === "tmpfs") ?? [];
  return [
    ...list(mountPoints).flatMap(({ sourceVolume, containerPath }) => [
      ...(sourceVolume !== undefined && !names.includes(sourceVolume)
        ? [`mounts the volume "${text(sourceVolume)}", which volumes does not declare.`]
        : []),
      ...pathMistakes("mountPoints.containerPath", containerPath),
    ]),
    ...list(tmpfs).flatMap(({ containerPath, size, mountOptions }) => [
      ...pathMistakes("linuxParameters.tmpfs.containerPath", containerPath),
      ...(typeof size === "number" ? found("linuxParameters.tmpfs.size", numberMistake(ecs.tmpfsMiB, size)) : []),
      ...texts(mountOptions).flatMap((option) =>
        found("linuxParameters.tmpfs.mountOptions", textMistake(ecs.tmpfsOption, option)),
      ),
    ]),
  ];
}

function pathMistakes(what: string, containerPath: unknown): string[] {
  return typeof containerPath === "string" ? found(what, textMistake(ecs.containerPath, containerPath)) : [];
}

/** Source: ECS API, ContainerDependency. */
function dependencyMistakes({ name, dependsOn }: Json, containers: readonly Json[]): string[] {
  return list(dependsOn).flatMap(({ containerName, condition }) => {
    const on = containers.find((one) => one.name === containerName);
    if (!on) return [`depends on "${text(containerName)}", and there is no such container.`];
    if (containerName === name) return ["depends on itself."];
    if (condition === "HEALTHY" && !on.healthCheck)
      return [`waits for "${text(containerName)}" to be HEALTHY, which has no healthCheck.`];
    const ends = condition === "COMPLETE" || condition === "SUCCESS";
    if (ends && on.essential !== false) return [`waits for the end of "${text(containerName)}", which is essential.`];
    return [];
  });
}

function checkMistakes({ healthCheck }: Json): string[] {
  const check = Object.fromEntries(entries(healthCheck));
  const command = Array.isArray(check.command) ? (check.command as unknown[]) : undefined;
  const kind = command?.[0];
  const numbers: readonly [string, NumberRule][] = [
    ["interval", ecs.containerCheckIntervalSeconds],
    ["timeout", ecs.containerCheckTimeoutSeconds],
    ["retries", ecs.containerCheckRetries],
    ["startPeriod", ecs.containerCheckStartPeriodSeconds],
  ];
  return [
    ...(command && !(command.length > 1 && (kind === "CMD" || kind === "CMD-SHELL"))
      ? ['healthCheck.command must be ["CMD", program, arguments…] or ["CMD-SHELL", text].']
      : []),
    ...numbers.flatMap(([key, rule]) =>
      typeof check[key] === "number" ? found(`healthCheck.${key}`, numberMistake(rule, check[key])) : [],
    ),
  ];
}

function memoryMistakes({ memory, memoryReservation }: Json): string[] {
  if (typeof memory !== "number") return [];
  if (typeof memoryReservation === "number" && memoryReservation > memory)
    return [`memoryReservation is ${memoryReservation}, above its memory of ${memory}.`];
  return found("memory", numberMistake(ecs.containerMemoryMiB, memory));
}

function fargateMistakes(container: Json): string[] {
  const { stopTimeout, ulimits } = container;
  const linux = Object.fromEntries(entries(container.linuxParameters));
  const { add, drop } = Object.fromEntries(entries(linux.capabilities));
  const added = texts(add).filter((one) => one !== "SYS_PTRACE");
  const unknown = texts(drop).filter((one) => !ecs.capabilities.has(one));
  return [
    ...notForFargate
      .filter((key) => ![undefined, false, null].includes(container[key] as undefined) && !isEmpty(container[key]))
      .map((key) => `${key} is not for Fargate. Remove it.`),
    ...(added.length > 0
      ? [`linuxParameters.capabilities.add has ${added.join(", ")}; Fargate adds SYS_PTRACE only.`]
      : []),
    ...(unknown.length > 0
      ? [`linuxParameters.capabilities.drop has ${unknown.join(", ")}, which ECS does not know. Remove it.`]
      : []),
    ...["devices", "maxSwap", "sharedMemorySize", "swappiness"]
      .filter((key) => linux[key] !== undefined && !isEmpty(linux[key]))
      .map((key) => `linuxParameters.${key} is not for Fargate. Remove it.`),
    ...list(ulimits)
      .filter(({ name }) => name !== "nofile")
      .map(({ name }) => `the ulimit ${text(name)} is not for Fargate, which takes nofile only.`),
    ...(typeof stopTimeout === "number" && stopTimeout > ecs.stopTimeoutSeconds.most
      ? [`stopTimeout is ${stopTimeout}; Fargate takes at most ${ecs.stopTimeoutSeconds.most}.`]
      : []),
  ];
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Source: ECS developer guide, fargate-tasks-services, "Task logging", and using_firelens. */
function logMistakes({ logConfiguration }: Json, containers: readonly Json[]): string[] {
  const [, driver] = entries(logConfiguration).find(([key]) => key === "logDriver") ?? [];
  if (driver === undefined) return [];
  if (!["awslogs", "splunk", "awsfirelens"].includes(text(driver)))
    return [`the log driver ${text(driver)} is not for Fargate, which has awslogs, splunk and awsfirelens.`];
  if (driver !== "awsfirelens" || containers.some(({ firelensConfiguration }) => firelensConfiguration)) return [];
  return ["its log goes to awsfirelens, and no container has a firelensConfiguration."];
}
