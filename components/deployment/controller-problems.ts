import type { ControllerType } from "./controller-type";
import type { Problem } from "../problems";
import type { TestHeader } from "../load-balancer/test-header";
import { allAtOnce, shiftMinutes, type TrafficShift } from "./traffic-shift";

/** Minutes that each controller waits at most. */
export const longestWaits = {
  /** Source: CodeDeploy API, BlueInstanceTerminationOption and DeploymentReadyOption. */
  CODE_DEPLOY: { name: "CodeDeploy", termination: 2880, approval: 2880 },
  /** Source: ECS API, DeploymentConfiguration; a person has less than ECS allows because the pipeline's step ends. */
  ECS: { name: "ECS", termination: 1440, approval: 1320 },
} as const;

/**
 * How long CodePipeline follows a release: an action of CodeDeploy for five days, a Lambda action for 24 hours. Of either some is kept
 * for tasks to start and hooks to answer, which take CodeDeploy an hour each. Source: CodePipeline user guide, limits.
 */
const longestReleases = {
  CODE_DEPLOY: { followed: "5 days", minutes: 7080 },
  ECS: { followed: "24 hours", minutes: 1380 },
} as const;

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
  const outside = (value: number, least: number, most: number) => !(value >= least && value <= most);
  if (outside(terminationWaitMinutes, 0, termination)) {
    const message = `is ${terminationWaitMinutes}; ${name} waits 0 to ${termination}.`;
    problems.push({ path: "terminationWaitMinutes", message });
  }
  if (approvalWaitMinutes !== undefined && outside(approvalWaitMinutes, 1, approval)) {
    const message = `is ${approvalWaitMinutes}; ${name} waits 1 to ${approval}.`;
    problems.push({ path: "approvalWaitMinutes", message });
  }
  return problems;
}

/** Whether a release with all its waits ends before the pipeline stops following it; `waitMinutes` are the test's or a person's. */
export function durationProblems(release: ControlledRelease, waitMinutes: number): Problem[] {
  const { controller, terminationWaitMinutes } = release;
  const minutes = waitMinutes + shiftMinutes(release) + terminationWaitMinutes;
  const longest = longestReleases[controller];
  // What is too long by itself is told by itself.
  if (terminationWaitMinutes > longestWaits[controller].termination || !Number.isFinite(minutes)) return [];
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
