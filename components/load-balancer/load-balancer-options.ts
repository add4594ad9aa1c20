import type * as pulumi from "@pulumi/pulumi";
import { arns, elb, names } from "../../aws-rules";
import type { AccessLogs } from "./access-logs";
import type { Problem } from "../problems";
import { rangeProblems, textProblem } from "../rule-problems";

/** What a load balancer may have besides its listeners. */
export interface LoadBalancerOptions {
  /**
   * An application load balancer of the network's VPC that is there already, on which the service's listeners are made; then the other
   * fields are its owner's. @default one is made
   */
  readonly arn?: pulumi.Input<string>;
  /** In the private subnets, for callers inside the network only. A change makes another load balancer. @default false */
  readonly internal?: boolean;
  /** Longest silence on a connection, 1 to 4000 seconds. Source: ELB API, LoadBalancerAttribute. @default 60 */
  readonly idleTimeoutSeconds?: number;
  /**
   * Drops header fields whose names hold other characters than letters, digits and hyphens, before they reach the app. Source: ELB API,
   * LoadBalancerAttribute, routing.http.drop_invalid_header_fields.enabled. @default true
   */
  readonly dropInvalidHeaderFields?: boolean;
  /** One line about each request, in a bucket; `{}` takes all defaults. @default none */
  readonly accessLogs?: AccessLogs;
  /** A regional web ACL of AWS WAF that judges each request. @default none */
  readonly webAclArn?: pulumi.Input<string>;
}

/** How target groups treat their targets, besides health checks. */
export interface TargetOptions {
  /**
   * Sends a client to the same task for this long, by a cookie of the load balancer. As traffic shifts it meets a task of
   * the other version within seconds. @default every request may meet another task
   */
  readonly stickiness?: { readonly seconds: number };
  /** Seconds, 30 to 900, in which a new task gets a growing share of the requests; 0 for its full share at once. @default 0 */
  readonly slowStartSeconds?: number;
}

/** What is wrong with the plain values. */
export function loadBalancerProblems(
  options: LoadBalancerOptions,
  { stickiness, slowStartSeconds = 0 }: TargetOptions,
): Problem[] {
  const { accessLogs = {}, webAclArn } = options;
  const at = "loadBalancer";
  return [
    ...(options.arn === undefined ? [] : existingProblems(options)),
    ...rangeProblems(at, options, { idleTimeoutSeconds: elb.idleTimeoutSeconds }),
    ...accessLogProblems(`${at}.accessLogs`, accessLogs),
    ...textProblem(`${at}.webAclArn`, webAclArn, arns.webAclArn),
    ...rangeProblems("stickiness", stickiness ?? {}, { seconds: elb.stickinessSeconds }),
    ...rangeProblems("", slowStartSeconds === 0 ? {} : { slowStartSeconds }, {
      slowStartSeconds: elb.slowStartSeconds,
    }),
  ];
}

function accessLogProblems(at: string, { bucket, prefix, keepDays }: AccessLogs): Problem[] {
  const problems = [
    ...textProblem(`${at}.bucket`, bucket, names.bucketName),
    ...textProblem(`${at}.prefix`, prefix, elb.accessLogPrefix),
  ];
  if (prefix?.includes("AWSLogs")) {
    problems.push({ path: `${at}.prefix`, message: "contains AWSLogs, which AWS adds itself; leave it out." });
  }
  problems.push(...rangeProblems(at, { keepDays }, { keepDays: elb.accessLogDays }));
  if (bucket === undefined || keepDays === undefined) return problems;
  const message = "is for a bucket that is made here; leave it out, and give your bucket a lifecycle rule.";
  return [...problems, { path: `${at}.keepDays`, message }];
}

function existingProblems({ arn, ...others }: LoadBalancerOptions): Problem[] {
  const message = "is for a load balancer that is made here, and arn names one; leave one of the two out.";
  const problems = Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([field]) => ({ path: `loadBalancer.${field}`, message }));
  return [...problems, ...textProblem("loadBalancer.arn", arn, arns.loadBalancerArn)];
}
