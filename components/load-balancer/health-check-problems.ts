import type { Problem } from "../problems";
import { rangeProblems } from "../ranges";
import type { HealthCheck } from "./load-balancer-args";

/** What is wrong with a target group's health check. Limits: ELB API, CreateTargetGroup and Matcher. */
export function healthCheckProblems(check: HealthCheck): Problem[] {
  const { path = "/", intervalSeconds = 30, timeoutSeconds = 10, matcher = "200-299" } = check;
  const problems = rangeProblems("healthCheck", check, {
    intervalSeconds: [5, 300],
    timeoutSeconds: [2, 120],
    healthyThreshold: [2, 10],
    unhealthyThreshold: [2, 10],
  });
  const wrong = (field: keyof HealthCheck, message: string) => problems.push({ path: `healthCheck.${field}`, message });
  if (!path.startsWith("/")) wrong("path", `is "${path}"; it must begin with /.`);
  if (timeoutSeconds >= intervalSeconds) {
    wrong("timeoutSeconds", `must be shorter than the interval of ${intervalSeconds} s.`);
  }
  if (!matcher.split(",").every(isStatuses)) {
    wrong("matcher", `expected statuses like 200-299 or 200,301, from 200 to 499; found "${matcher}".`);
  }
  return problems;
}

/** One status, or the first and the last of several. */
function isStatuses(text: string): boolean {
  const [, first, last = first] = /^(\d{3})(?:-(\d{3}))?$/.exec(text) ?? [];
  return first !== undefined && last !== undefined && first >= "200" && first <= last && last <= "499";
}
