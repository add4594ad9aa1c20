import type { Problem } from "../problems";
import { type Ranges, rangeProblems } from "../rule-problems";
import { ecs } from "../../aws-rules";

/**
 * A command that ECS runs in the container; exit status 0 means healthy. A task of which an essential container is
 * unhealthy is replaced, whatever the load balancer sees. Source: ECS developer guide, healthcheck.
 */
export interface ContainerHealthCheck {
  /** `["CMD", "curl", "-f", "http://localhost:3000/"]`, or one text for the container's shell after `CMD-SHELL`. */
  readonly command: readonly string[];
  /** Seconds between two checks, 5 to 300. @default 30 */
  readonly intervalSeconds?: number;
  /** Seconds after which a check that has not ended has failed, 2 to 60. @default 5 */
  readonly timeoutSeconds?: number;
  /** Failed checks in a row that make the container unhealthy, 1 to 10. @default 3 */
  readonly retries?: number;
  /** Seconds after the start in which failed checks do not count, 0 to 300. @default 0 */
  readonly startPeriodSeconds?: number;
}

const ranges: Ranges<ContainerHealthCheck> = {
  intervalSeconds: ecs.containerCheckIntervalSeconds,
  timeoutSeconds: ecs.containerCheckTimeoutSeconds,
  retries: ecs.containerCheckRetries,
  startPeriodSeconds: ecs.containerCheckStartPeriodSeconds,
};

export function healthCheckProblems(path: string, check: ContainerHealthCheck): Problem[] {
  const problems = rangeProblems(path, check, ranges);
  const [kind, ...rest] = check.command;
  const isShell = kind === "CMD-SHELL";
  if (!(isShell || kind === "CMD") || rest.length === 0 || (isShell && rest.length > 1)) {
    const message = 'expected ["CMD", program, arguments…] or ["CMD-SHELL", one text].';
    problems.push({ path: `${path}.command`, message });
  }
  return problems;
}

/** The check in RegisterTaskDefinition's words. */
export function renderHealthCheck(check: ContainerHealthCheck) {
  const { command, intervalSeconds = 30, timeoutSeconds = 5, retries = 3, startPeriodSeconds = 0 } = check;
  return { command, interval: intervalSeconds, timeout: timeoutSeconds, retries, startPeriod: startPeriodSeconds };
}
