import type { GraphResource, Recorder } from "../rehearsal/graph/recorder";
import { hours, type Item } from "./item";
import type { Prices } from "./prices";
import { averageTasks } from "./schedule";

interface Strategy {
  readonly capacityProvider: string;
  readonly weight: number;
  readonly base?: number;
}

/** Disk of a task that costs nothing, in GiB. Source: AWS Fargate pricing. */
const freeStorageGib = 20;

/** The tasks of every service, at the fewest that autoscaling keeps; green beside blue is not counted. */
export function fargateItems(recorder: Recorder): Item[] {
  return recorder.all("aws:ecs/service:Service").flatMap((service) => {
    const { inputs: definition } = recorder
      .all("aws:ecs/taskDefinition:TaskDefinition")
      .find(({ outputs }) => outputs.arn === service.inputs.taskDefinition)!;
    const tasks = averageTasks(recorder, service);
    const spot = tasks * spotShare(service, tasks);
    return [
      ...taskItems(service.name, "", tasks - spot, definition),
      ...taskItems(service.name, " on Spot", spot, definition, "fargateSpotShare"),
    ];
  });
}

function taskItems(
  resource: string,
  where: string,
  tasks: number,
  definition: GraphResource["inputs"],
  share?: keyof Prices,
): Item[] {
  if (tasks === 0) return [];
  const { cpuArchitecture } = definition.runtimePlatform as { cpuArchitecture: string };
  const arm = cpuArchitecture === "ARM64";
  const disk = (definition.ephemeralStorage as { sizeInGib: number } | undefined)?.sizeInGib ?? freeStorageGib;
  const item = (what: string, count: number, price: keyof Prices): Item => ({
    ...hours(resource, `${what}${where}`, count, price),
    ...(share ? { share } : {}),
  });
  const machine = arm ? "ARM" : "x86";
  const vcpu = (tasks * Number(definition.cpu)) / 1024;
  const gb = (tasks * Number(definition.memory)) / 1024;
  return [
    item(`vCPU, ${machine}`, vcpu, arm ? "fargateArmVcpuHour" : "fargateVcpuHour"),
    item(`memory (GB), ${machine}`, gb, arm ? "fargateArmGbHour" : "fargateGbHour"),
    ...(disk > freeStorageGib ? [item("disk (GB)", tasks * (disk - freeStorageGib), "fargateStorageGbHour")] : []),
  ];
}

/** Which part of so many tasks is on Spot: the base first, the rest by weight. Source: ECS API, CapacityProviderStrategyItem. */
export function spotShare({ inputs }: Pick<GraphResource, "inputs">, tasks: number): number {
  const strategies = (inputs.capacityProviderStrategies ?? []) as Strategy[];
  const total = strategies.reduce((sum, { weight }) => sum + weight, 0);
  const base = Math.min(
    tasks,
    strategies.reduce((sum, it) => sum + (it.base ?? 0), 0),
  );
  const spot = strategies.find(({ capacityProvider }) => capacityProvider === "FARGATE_SPOT");
  if (!spot || tasks === 0) return 0;
  const ofBase = (spot.base ?? 0) > 0 ? base : 0;
  return (ofBase + (tasks - base) * (total > 0 ? spot.weight / total : 0)) / tasks;
}
