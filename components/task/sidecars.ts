import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../problems";
import { ecs, http } from "../../aws-rules";
import { rangeProblems, textProblems } from "../rule-problems";
import { environmentProblems, type Secrets, secretProblems } from "./secrets";
import { type ContainerOptions, type Dependency, optionProblems } from "./container-options";

/** A container beside the app's, in the same task: it shares the app's network, and its CPU and memory. */
export interface Sidecar extends ContainerOptions {
  /** Lower-case letters, digits and hyphens; not `app`. */
  readonly name: string;
  readonly image: pulumi.Input<string>;
  /** The whole task stops when this container does. @default true */
  readonly essential?: boolean;
  /** CPU units of the task's that are its own. @default a share like the other containers' */
  readonly cpu?: number;
  /** Memory that it may not exceed, in MiB. @default the task's */
  readonly memoryMiB?: number;
  /** Ports that it listens on, none of them the app's. @default none */
  readonly ports?: readonly number[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets?: Secrets;
}

interface Task {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly containerPort: number;
  readonly container: ContainerOptions;
}

/** What is wrong with the task's containers: each by itself, and beside each other. */
export function sidecarProblems(sidecars: readonly Sidecar[], task: Task): Problem[] {
  return [
    ...sidecars.flatMap((sidecar, index) => oneProblems(`sidecars[${index}]`, sidecar)),
    ...togetherProblems(sidecars, task),
    ...dependencyProblems(sidecars, task.container),
  ];
}

function oneProblems(path: string, sidecar: Sidecar): Problem[] {
  const { name, secrets = {}, environment = {} } = sidecar;
  const listens = Object.fromEntries((sidecar.ports ?? []).map((port, index) => [`ports[${index}]`, port]));
  const problems = [
    ...optionProblems(path, sidecar),
    ...rangeProblems(path, sidecar, { cpu: ecs.containerCpu, memoryMiB: ecs.containerMemoryMiB }),
    ...rangeProblems(path, listens, Object.fromEntries(Object.keys(listens).map((field) => [field, http.port]))),
    ...textProblems(path, sidecar, { image: ecs.image }),
    ...environmentProblems(environment, `${path}.environment`),
    ...secretProblems(secrets, environment, `${path}.secrets`),
  ];
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) || name.length > ecs.taskName.most || name === "app") {
    const expected = `up to ${ecs.taskName.most} lower-case letters, digits and hyphens, not app`;
    problems.push({ path: `${path}.name`, message: `"${name}" is not a name for a sidecar; expected ${expected}.` });
  }
  return problems;
}

/** Names, ports, CPU and memory that two containers cannot both have. */
function togetherProblems(sidecars: readonly Sidecar[], { cpu, memoryMiB, containerPort, container }: Task): Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  const ports = new Set([containerPort]);
  for (const [index, { name, ports: own = [] }] of sidecars.entries()) {
    if (names.has(name)) problems.push({ path: `sidecars[${index}].name`, message: `"${name}" is listed twice.` });
    names.add(name);
    for (const port of own) {
      const message = `has ${port}, which another container of the task listens on.`;
      if (ports.has(port)) problems.push({ path: `sidecars[${index}].ports`, message });
      ports.add(port);
    }
  }
  const { most } = ecs.containersOfTask;
  if (sidecars.length >= most) {
    const message = `are ${sidecars.length} with those that options bring along; a task takes ${most} containers, the app's among them.`;
    problems.push({ path: "sidecars", message });
  }
  const sum = (numbers: readonly (number | undefined)[]) => numbers.reduce<number>((all, one = 0) => all + one, 0);
  const theirCpu = sum(sidecars.map((sidecar) => sidecar.cpu));
  const theirMemory = sum(sidecars.map((sidecar) => sidecar.memoryMiB));
  const inMemory = sum([container, ...sidecars].flatMap(({ tmpfs = [] }) => tmpfs.map(({ sizeMiB }) => sizeMiB)));
  if (theirCpu >= cpu) {
    problems.push({
      path: "sidecars",
      message: `take ${theirCpu} of the task's ${cpu} CPU units; leave some to the app.`,
    });
  }
  if (theirMemory + inMemory >= memoryMiB) {
    const message = `is ${memoryMiB}; sidecars take ${theirMemory} of it and tmpfs ${inMemory}, which leaves nothing to the app.`;
    problems.push({ path: "memoryMiB", message });
  }
  return problems;
}

interface Node {
  readonly path: string;
  readonly essential: boolean;
  readonly options: ContainerOptions;
}

function dependencyProblems(sidecars: readonly Sidecar[], container: ContainerOptions): Problem[] {
  const nodes = new Map<string, Node>();
  for (const [index, sidecar] of sidecars.entries()) {
    const essential = sidecar.essential ?? true;
    nodes.set(sidecar.name, { path: `sidecars[${index}]`, essential, options: sidecar });
  }
  nodes.set("app", { path: "container", essential: true, options: container });
  const problems = [...nodes.values()].flatMap(({ path, options: { dependsOn = [] } }) =>
    dependsOn.flatMap((dependency, index) => {
      const message = impossible(dependency, nodes);
      return message ? [{ path: `${path}.dependsOn[${index}]`, message }] : [];
    }),
  );
  const waiting = problems.length === 0 ? inCircle(nodes) : undefined;
  return waiting
    ? [...problems, { path: `${waiting.path}.dependsOn`, message: "waits for itself, in a circle." }]
    : problems;
}

/** Source: ECS API, ContainerDependency. */
function impossible({ container, condition }: Dependency, nodes: ReadonlyMap<string, Node>): string | undefined {
  const node = nodes.get(container);
  if (!node) return `there is no container "${container}"; there are ${[...nodes.keys()].join(", ")}.`;
  if (condition === "HEALTHY" && !node.options.healthCheck)
    return `"${container}" has no healthCheck to be HEALTHY by.`;
  const waitsForEnd = condition === "COMPLETE" || condition === "SUCCESS";
  if (waitsForEnd && node.essential) return `"${container}" is essential, so the task ends when it does.`;
  return undefined;
}

function inCircle(nodes: ReadonlyMap<string, Node>): Node | undefined {
  const reaches = (from: string, wanted: string, seen: Set<string>): boolean =>
    (nodes.get(from)!.options.dependsOn ?? []).some(({ container }) => {
      if (container === wanted) return true;
      if (seen.has(container)) return false;
      return reaches(container, wanted, seen.add(container));
    });
  return [...nodes].find(([name]) => reaches(name, name, new Set()))?.[1];
}
