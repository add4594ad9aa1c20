import type * as pulumi from "@pulumi/pulumi";
import type { AccessLogs } from "./access-logs";
import type { Problem } from "../problems";
import { rangeProblems } from "../ranges";

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

/** What is wrong with the plain values. Limits: ELB API, LoadBalancerAttribute and TargetGroupAttribute. */
export function loadBalancerProblems(
  options: LoadBalancerOptions,
  { stickiness, slowStartSeconds = 0 }: TargetOptions,
): Problem[] {
  const { idleTimeoutSeconds = 60, accessLogs, webAclArn } = options;
  const problems = options.arn === undefined ? [] : existingProblems(options);
  const wrong = (path: string, message: string) => problems.push({ path, message });
  const outside = (value: number, least: number, most: number) => !(value >= least && value <= most);
  if (outside(idleTimeoutSeconds, 1, 4000)) {
    wrong("loadBalancer.idleTimeoutSeconds", `is ${idleTimeoutSeconds}; a load balancer takes 1 to 4000.`);
  }
  if (accessLogs?.prefix !== undefined && !/^[^/].*[^/]$/.test(accessLogs.prefix)) {
    const expected = "a prefix of two characters or more that neither begins nor ends with /";
    wrong("loadBalancer.accessLogs.prefix", `is "${accessLogs.prefix}"; expected ${expected}.`);
  }
  if (accessLogs?.prefix?.includes("AWSLogs")) {
    wrong("loadBalancer.accessLogs.prefix", "contains AWSLogs, which AWS adds itself; leave it out.");
  }
  problems.push(...rangeProblems("loadBalancer.accessLogs", accessLogs ?? {}, { keepDays: [1, Infinity] }));
  if (accessLogs?.bucket !== undefined && accessLogs.keepDays !== undefined) {
    const message = "is for a bucket that is made here; leave it out, and give your bucket a lifecycle rule.";
    wrong("loadBalancer.accessLogs.keepDays", message);
  }
  if (typeof webAclArn === "string" && !/^arn:[\w-]+:wafv2:[^:]+:\d{12}:regional\/webacl\//.test(webAclArn)) {
    const expected = "the ARN of a web ACL of scope REGIONAL; one for CloudFront cannot protect a load balancer";
    wrong("loadBalancer.webAclArn", `is "${webAclArn}"; expected ${expected}.`);
  }
  if (stickiness && outside(stickiness.seconds, 1, 604_800)) {
    wrong("stickiness.seconds", `is ${stickiness.seconds}; a target group takes 1 to 604800, a week.`);
  }
  if (slowStartSeconds !== 0 && outside(slowStartSeconds, 30, 900)) {
    wrong("slowStartSeconds", `is ${slowStartSeconds}; a target group takes 30 to 900, or 0 for none.`);
  }
  return problems;
}

function existingProblems({ arn, ...others }: LoadBalancerOptions): Problem[] {
  const message = "is for a load balancer that is made here, and arn names one; leave one of the two out.";
  const problems = Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([field]) => ({ path: `loadBalancer.${field}`, message }));
  if (
    typeof arn !== "string" ||
    /^arn:[\w-]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/app\/[^/]+\/\w+$/.test(arn)
  ) {
    return problems;
  }
  const expected = "that of an application load balancer (…:loadbalancer/app/…)";
  return [...problems, { path: "loadBalancer.arn", message: `is "${arn}"; expected ${expected}.` }];
}
