import { cloudWatch, ecs, elb, http } from "../aws-rules";
import type { Problem } from "./problems";
import { rangeProblems } from "./rule-problems";

/**
 * The longest name a stack or component may carry: target groups and load balancers take 32 characters, of which
 * `-green` takes 6 and the suffix by which Pulumi tells a replacement from its predecessor 8.
 */
export const longestNameLength = elb.longestLoadBalancerName - "-green".length - "-1234567".length;

/**
 * Longest soak. For CodeDeploy it is inside one Lambda invocation: its 15 minutes, less what starting, one last round and
 * the verdict need. ECS invokes a hook again and again, as long as the pipeline follows the release.
 */
export const longestSoakMinutes = { CODE_DEPLOY: 13, ECS: 1320 };

/** Checks a name that physical names of limited length are made from. */
export function nameProblems(path: string, name: string): Problem[] {
  if (name.length > longestNameLength) {
    const limit = `a target group or load balancer name holds ${elb.longestLoadBalancerName} characters, ${longestNameLength} of them for this`;
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
  const memories = ecs.memoryOfCpu.get(cpu);
  if (!memories) {
    return [
      {
        path: "cpu",
        message: `Fargate has no size of ${cpu} units; choose ${[...ecs.memoryOfCpu.keys()].join(", ")}.`,
      },
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
  const problems = rangeProblems("", listeners, { productionPort: http.port, testPort: http.port });
  if (productionPort !== testPort) return problems;
  const message = `is ${testPort}, as productionPort is; one load balancer has one listener a port, so choose another.`;
  return [...problems, { path: "testPort", message }];
}

/** Checks that CloudWatch Logs has this retention. */
export function retentionProblems(path: string, days: number): Problem[] {
  if (cloudWatch.logRetentionDays.includes(days)) return [];
  return [
    {
      path,
      message: `CloudWatch Logs cannot keep logs for ${days} days; choose one of ${cloudWatch.logRetentionDays.join(", ")}.`,
    },
  ];
}
