import type { Problem } from "./problems";
import { ports, rangeProblems } from "./ranges";

/** Fargate's CPU units, and the memory in MiB that each takes. Source: ECS developer guide, task definition parameters, "Task size". */
const memoryOfCpu: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, range(1024, 4096, 1024)],
  [1024, range(2048, 8192, 1024)],
  [2048, range(4096, 16384, 1024)],
  [4096, range(8192, 30720, 1024)],
  [8192, range(16384, 61440, 4096)],
  [16384, range(32768, 122880, 8192)],
]);

/** Days that CloudWatch Logs keeps a log for. Source: CloudWatch Logs API, PutRetentionPolicy. */
const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * The longest name a stack or component may carry: target groups and load balancers take 32 characters, of which
 * `-green` takes 6 and the suffix by which Pulumi tells a replacement from its predecessor 8.
 */
export const longestNameLength = 18;

/**
 * Longest soak. For CodeDeploy it is inside one Lambda invocation: its 15 minutes, less what starting, one last round and
 * the verdict need. ECS invokes a hook again and again, as long as the pipeline follows the release.
 */
export const longestSoakMinutes = { CODE_DEPLOY: 13, ECS: 1320 };

/** Tasks of a service that is not asleep. Source: ECS, service quotas. */
export const taskCounts = [1, 5000] as const;

/** Checks a name that physical names of limited length are made from. */
export function nameProblems(path: string, name: string): Problem[] {
  if (name.length > longestNameLength) {
    const limit = `a target group or load balancer name holds 32 characters, ${longestNameLength} of them for this`;
    return [{ path, message: `"${name}" has ${name.length} characters; ${limit}. Choose a shorter name.` }];
  }
  if (!/^[a-z](-?[a-z0-9])*$/.test(name) || name.startsWith("internal-")) {
    const expected = "lower-case letters, digits and single hyphens, beginning with a letter and not with internal-";
    return [{ path, message: `"${name}" is not a name that AWS takes everywhere; expected ${expected}.` }];
  }
  return [];
}

/** Checks that Fargate pairs these sizes. `cpu` in units (1024 are one vCPU). */
export function sizeProblems(cpu: number, memoryMiB: number): Problem[] {
  const memories = memoryOfCpu.get(cpu);
  if (!memories) {
    return [
      { path: "cpu", message: `Fargate has no size of ${cpu} units; choose ${[...memoryOfCpu.keys()].join(", ")}.` },
    ];
  }
  if (memories.includes(memoryMiB)) return [];
  const step = memories.length > 3 ? `, in steps of ${memories[1]! - memories[0]!}` : "";
  const choices = step ? `${memories[0]} to ${memories.at(-1)}${step}` : memories.join(", ");
  return [
    { path: "memoryMiB", message: `Fargate does not pair ${memoryMiB} MiB with ${cpu} CPU units; choose ${choices}.` },
  ];
}

/** Ports of a load balancer's listeners; without a test port where a header tells test traffic. */
export interface ListenerPorts {
  readonly productionPort: number;
  readonly testPort?: number;
}

/** Checks the two listener ports, each and against the other. */
export function portProblems(listeners: ListenerPorts): Problem[] {
  const { productionPort, testPort } = listeners;
  const problems = rangeProblems("", listeners, { productionPort: ports, testPort: ports });
  if (productionPort !== testPort) return problems;
  const message = `is ${testPort}, as productionPort is; one load balancer has one listener a port, so choose another.`;
  return [...problems, { path: "testPort", message }];
}

/** Checks that CloudWatch Logs has this retention. */
export function retentionProblems(path: string, days: number): Problem[] {
  if (logRetentionDays.includes(days)) return [];
  return [
    {
      path,
      message: `CloudWatch Logs cannot keep logs for ${days} days; choose one of ${logRetentionDays.join(", ")}.`,
    },
  ];
}

function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, index) => first + index * step);
}
