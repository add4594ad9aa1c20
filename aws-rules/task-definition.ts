import { containerMistakes } from "./container-definition";
import * as ecs from "./ecs";
import { entries, type Json, list, text } from "./json";
import { numberMistake, textMistake } from "./rule";
import { tagKey, tagValue } from "./tags";

/**
 * Why ECS would refuse to register a task definition: RegisterTaskDefinition's input, as JSON of any shape. What is missing is
 * not judged, but for what Fargate needs. Sources: ECS API, RegisterTaskDefinition; ECS developer guide,
 * task-definition-parameters and fargate-tasks-services.
 *
 * @param tagsAdded tags that whoever registers it adds
 */
export function taskDefinitionMistakes(definition: Json, tagsAdded = 0): string[] {
  const containers = list(definition.containerDefinitions);
  const onFargate = includes(definition, "FARGATE");
  const bytes = new TextEncoder().encode(JSON.stringify(definition)).length;
  return [
    ...about(
      "family",
      typeof definition.family === "string" ? textMistake(ecs.taskName, definition.family) : undefined,
    ),
    ...about("its containers", numberMistake(ecs.containersOfTask, containers.length)),
    ...(bytes > ecs.taskDefinitionBytes.most
      ? [`has ${bytes} bytes; ECS takes ${ecs.taskDefinitionBytes.most}. Move long values out of it.`]
      : []),
    ...(containers.length > 0 && containers.every(({ essential }) => essential === false)
      ? ["has no essential container. Leave essential out of one."]
      : []),
    ...twice(
      containers.map(({ name }) => text(name)),
      (name) => `has two containers "${name}". Rename one.`,
    ),
    ...volumeMistakes(definition),
    ...tagMistakes(definition, tagsAdded),
    ...containers.flatMap((container) => containerMistakes(container, { definition, containers })),
    ...portMistakes(containers, definition.networkMode === "awsvpc"),
    ...sizeMistakes(definition, containers, onFargate),
    ...(onFargate ? fargateMistakes(definition, containers) : []),
  ];
}

function includes({ requiresCompatibilities: all }: Json, one: string): boolean {
  return Array.isArray(all) && all.includes(one);
}

function about(what: string, mistake: string | undefined): string[] {
  return mistake === undefined ? [] : [`${what}: ${mistake}`];
}

/** Each text that is listed more than once. */
function twice(texts: readonly string[], message: (one: string) => string): string[] {
  return [...new Set(texts.filter((one, index) => one !== "" && texts.indexOf(one) !== index))].map(message);
}

function volumeMistakes(definition: Json): string[] {
  const volumes = list(definition.volumes);
  return [
    ...volumes.flatMap(({ name }) =>
      typeof name === "string" ? about("a volume's name", textMistake(ecs.taskName, name)) : [],
    ),
    ...twice(
      volumes.map(({ name }) => text(name)),
      (name) => `has two volumes "${name}". Rename one.`,
    ),
    ...volumes.flatMap((volume) => {
      const host = entries(volume.host).some(([key]) => key === "sourcePath");
      if (!host && !("dockerVolumeConfiguration" in volume)) return [];
      return [
        `the volume "${text(volume.name)}" is of a host, which Fargate does not have. Use efsVolumeConfiguration.`,
      ];
    }),
  ];
}

function tagMistakes({ tags }: Json, added: number): string[] {
  const own = list(tags);
  const most = ecs.tagsOfResource.most - added;
  return [
    ...(own.length > most ? [`has ${own.length} tags; a release takes ${most}. Remove some.`] : []),
    ...twice(
      own.map(({ key }) => text(key)),
      (key) => `has two tags "${key}". Remove one.`,
    ),
    ...own.flatMap(({ key, value }) => [
      ...about("a tag's key", typeof key === "string" ? textMistake(tagKey, key) : "is missing."),
      ...(typeof value === "string" ? about(`the tag ${text(key)}`, textMistake(tagValue, value)) : []),
    ]),
  ];
}

/** All containers of a task in a network of its own have the same ports. */
function portMistakes(containers: readonly Json[], shared: boolean): string[] {
  const named = containers.map(({ portMappings }) =>
    list(portMappings).map(({ containerPort, protocol = "tcp" }) => `${String(containerPort)}/${text(protocol)}`),
  );
  const message = (port: string) => `maps the port ${port} twice. Give each container its own.`;
  return shared ? twice(named.flat(), message) : named.flatMap((ports) => twice(ports, message));
}

function sizeMistakes(definition: Json, containers: readonly Json[], onFargate: boolean): string[] {
  const [cpu, memory] = [units(definition.cpu, "vCPU"), units(definition.memory, "GB")];
  const sum = (values: readonly unknown[]) =>
    values.reduce<number>((all, one) => all + (typeof one === "number" ? one : 0), 0);
  const wantedCpu = sum(containers.map((container) => container.cpu));
  const wantedMemory = sum(containers.map(({ memory: hard, memoryReservation = hard }) => memoryReservation));
  const problems: string[] = [];
  if (onFargate) {
    const memories = ecs.memoryOfCpu.get(cpu ?? 0);
    if (cpu === undefined || !memories)
      problems.push(`cpu is ${told(definition.cpu)}; Fargate has ${[...ecs.memoryOfCpu.keys()].join(", ")}.`);
    else if (memory === undefined || !memories.includes(memory))
      problems.push(
        `memory is ${told(definition.memory)}; Fargate pairs ${memories.join(", ")} MiB with ${cpu} CPU units.`,
      );
  }
  if (cpu !== undefined && wantedCpu > cpu)
    problems.push(`its containers take ${wantedCpu} CPU units, and the task has ${cpu}.`);
  if (memory !== undefined && wantedMemory > memory)
    problems.push(`its containers reserve ${wantedMemory} MiB of memory, and the task has ${memory}.`);
  return problems;
}

function told(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}

/** `"512"`, or `".5 vCPU"` and `"1 GB"`, which are 1024 units each. */
function units(value: unknown, name: string): number | undefined {
  const [, number = "", unit] =
    /^\s*(\d*\.?\d+)\s*([A-Za-z]+)?\s*$/.exec(typeof value === "number" ? String(value) : text(value)) ?? [];
  if (number === "" || (unit !== undefined && unit.toLowerCase() !== name.toLowerCase())) return undefined;
  return Number(number) * (unit === undefined ? 1 : 1024);
}

function fargateMistakes(definition: Json, containers: readonly Json[]): string[] {
  const { networkMode, executionRoleArn, ephemeralStorage } = definition;
  const problems: string[] = [];
  if (networkMode !== "awsvpc") problems.push(`networkMode is ${told(networkMode)}; Fargate takes awsvpc.`);
  const [, size] = entries(ephemeralStorage).find(([key]) => key === "sizeInGiB") ?? [];
  if (typeof size === "number")
    problems.push(...about("ephemeralStorage", numberMistake(ecs.ephemeralStorageGiB, size)));
  const reads = containers.some(({ secrets }) => list(secrets).length > 0);
  if (reads && executionRoleArn === undefined) problems.push("has secrets and no executionRoleArn to read them with.");
  for (const key of ["ipcMode", "inferenceAccelerators"])
    if (definition[key] !== undefined) problems.push(`${key} is not for Fargate. Remove it.`);
  if (list(definition.placementConstraints).length > 0)
    problems.push("placementConstraints are not for Fargate. Remove them.");
  return problems;
}
