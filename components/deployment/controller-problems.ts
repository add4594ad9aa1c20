import { codeDeploy, codePipeline, ecs, type NumberRule, numberMistake } from "../../aws-rules";
import type { ControllerType } from "./controller-type";
import type { Problem } from "../problems";
import type { TestHeader } from "../load-balancer/test-header";
import { allAtOnce, shiftMinutes, type TrafficShift } from "./traffic-shift";

/** Minutes that each controller waits at most. */
export const longestWaits = {
  CODE_DEPLOY: {
    name: "CodeDeploy",
    termination: codeDeploy.terminationWaitMinutes,
    approval: codeDeploy.approvalWaitMinutes,
  },
  /** A person has less than ECS allows because the pipeline's step ends. */
  ECS: { name: "ECS", termination: ecs.bakeMinutes, approval: { ...codeDeploy.approvalWaitMinutes, most: 1320 } },
} as const satisfies Record<
  ControllerType,
  Readonly<Record<"termination" | "approval", NumberRule>> & { name: string }
>;

export interface ControlledRelease extends TrafficShift {
  readonly controller: ControllerType;
  readonly deploymentCircuitBreaker?: boolean;
  readonly testHeader?: TestHeader;
  readonly approvalWaitMinutes?: number;
  readonly terminationWaitMinutes: number;
}

/** What the chosen controller does not do, and how long it does not wait. */
export function controllerProblems(release: ControlledRelease): Problem[] {
  const { controller, terminationWaitMinutes, approvalWaitMinutes } = release;
  const { name, termination, approval } = longestWaits[controller];
  const problems: Problem[] = controller === "ECS" ? ecsProblems(release) : codeDeployProblems(release);
  const waits = { terminationWaitMinutes: termination, approvalWaitMinutes: approval };
  for (const [path, rule] of Object.entries(waits)) {
    const minutes = { terminationWaitMinutes, approvalWaitMinutes }[path];
    if (minutes === undefined || numberMistake(rule, minutes) === undefined) continue;
    problems.push({ path, message: `is ${minutes}; ${name} waits ${rule.least} to ${rule.most}.` });
  }
  return problems;
}

/** Whether a release with all its waits ends before the pipeline stops following it; `waitMinutes` are the test's or a person's. */
export function durationProblems(release: ControlledRelease, waitMinutes: number): Problem[] {
  const { controller, terminationWaitMinutes } = release;
  const minutes = waitMinutes + shiftMinutes(release) + terminationWaitMinutes;
  const longest = codePipeline.longestReleases[controller];
  // What is too long by itself is told by itself.
  if (terminationWaitMinutes > longestWaits[controller].termination.most || !Number.isFinite(minutes)) return [];
  if (minutes <= longest.minutes) return [];
  const reason = `the waits of a release come to ${minutes} minutes, and the pipeline follows one for ${longest.followed}`;
  const message = `is ${terminationWaitMinutes}; ${reason}: keep all waits within ${longest.minutes}.`;
  return [{ path: "terminationWaitMinutes", message }];
}

function ecsProblems({ deploymentConfigName = allAtOnce }: ControlledRelease): Problem[] {
  if (deploymentConfigName === allAtOnce) return [];
  const message = `"${deploymentConfigName}" is CodeDeploy's; with controller ECS say canary or linear instead.`;
  return [{ path: "deploymentConfigName", message }];
}

function codeDeployProblems({ deploymentCircuitBreaker, testHeader }: ControlledRelease): Problem[] {
  const problems: Problem[] = [];
  if (deploymentCircuitBreaker) {
    // Source: ECS API, DeploymentCircuitBreaker.
    const way = "leave it out (CodeDeploy itself gives up on tasks that do not get healthy), or set controller to ECS";
    problems.push({ path: "deploymentCircuitBreaker", message: `is ECS's, and CodeDeploy knows none; ${way}.` });
  }
  if (testHeader) {
    const message =
      "needs listener rules, and CodeDeploy moves whole listeners; use testPort, or set controller to ECS.";
    problems.push({ path: "testHeader", message });
  }
  return problems;
}
