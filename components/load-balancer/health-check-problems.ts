import { elb } from "../../aws-rules";
import type { Problem } from "../problems";
import { rangeProblems, textProblems } from "../rule-problems";
import type { HealthCheck } from "./load-balancer-args";

/** What is wrong with a target group's health check. */
export function healthCheckProblems(check: HealthCheck): Problem[] {
  const { intervalSeconds = 30, timeoutSeconds = 10 } = check;
  const problems = [
    ...textProblems("healthCheck", check, { path: elb.healthCheckPath, matcher: elb.healthCheckMatcher }),
    ...rangeProblems("healthCheck", check, {
      intervalSeconds: elb.healthCheckIntervalSeconds,
      timeoutSeconds: elb.healthCheckTimeoutSeconds,
      healthyThreshold: elb.healthCheckThreshold,
      unhealthyThreshold: elb.healthCheckThreshold,
    }),
  ];
  if (timeoutSeconds < intervalSeconds) return problems;
  const message = `must be shorter than the interval of ${intervalSeconds} s.`;
  return [...problems, { path: "healthCheck.timeoutSeconds", message }];
}
