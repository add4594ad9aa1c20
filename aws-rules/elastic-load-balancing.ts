import { requestPath, validHeaderName } from "./http";
import { between, from, type TextRule } from "./rule";

const createTargetGroup = "Elastic Load Balancing API, CreateTargetGroup";
const targetGroupAttribute = "Elastic Load Balancing API, TargetGroupAttribute";
const ruleCondition = "Elastic Load Balancing API, RuleCondition";

/** Names of load balancers and target groups. */
export const longestLoadBalancerName = 32;

export const healthCheckPath: TextRule = { ...requestPath, source: createTargetGroup, most: 1024 };
export const healthCheckIntervalSeconds = between(5, 300, createTargetGroup);
export const healthCheckTimeoutSeconds = between(2, 120, createTargetGroup);
export const healthCheckThreshold = between(2, 10, createTargetGroup);

export const healthCheckMatcher: TextRule = {
  source: "Elastic Load Balancing API, Matcher",
  expected: "statuses like 200-299 or 200,301, from 200 to 499",
  pattern: /^[2-4]\d\d(?:-[2-4]\d\d)?(?:,[2-4]\d\d(?:-[2-4]\d\d)?)*$/,
  least: 3,
  most: 255,
  refuses: (value) => {
    const backwards = value.split(",").find((part) => part.slice(0, 3) > part.slice(-3));
    return backwards && `${backwards} begins after its end; expected statuses like 200-299.`;
  },
};

export const idleTimeoutSeconds = between(1, 4000, "Elastic Load Balancing API, LoadBalancerAttribute");
export const stickinessSeconds = between(1, 604_800, targetGroupAttribute);
export const slowStartSeconds = between(30, 900, targetGroupAttribute);
export const deregistrationDelaySeconds = between(0, 3600, targetGroupAttribute);

export const rulePriority = between(1, 50_000, "Elastic Load Balancing API, CreateRule");
/** Values of all conditions of a rule together. */
export const ruleValues = between(1, 5, "ALB user guide, load-balancer-limits");

export const ruleHost: TextRule = {
  source: "Elastic Load Balancing API, HostHeaderConditionConfig",
  expected: "a host with a dot, no underscore and only letters after the last dot, like shop.example.com",
  pattern: /^[A-Za-z0-9*?-]+(?:\.[A-Za-z0-9*?-]+)*\.[A-Za-z]+$/,
  least: 3,
  most: 128,
};

export const rulePath: TextRule = {
  source: ruleCondition,
  expected: "a path like /shop/*, of letters, digits and _ - . $ / ~ \" ' @ : + & * ?",
  pattern: /^\/[A-Za-z0-9_.$/~"'@:+&*?-]*$/,
  least: 1,
  most: 128,
};

/** A header that a rule looks at; a name that the load balancer might drop before is not for it. */
export const ruleHeaderName: TextRule = {
  ...validHeaderName,
  source: "Elastic Load Balancing API, HttpHeaderConditionConfig and LoadBalancerAttribute",
  most: 40,
  refuses: (value) =>
    value.toLowerCase() === "host" ? "a rule looks at Host by its own condition. Choose another header." : undefined,
};

export const ruleHeaderValue: TextRule = {
  source: "Elastic Load Balancing API, HttpHeaderConditionConfig",
  // Both match more than themselves, and spaces at an end are no part of a field's value.
  expected: "printable ASCII characters without * or ?, and no space at either end",
  pattern: /^[!-)+->@-~](?:[ -)+->@-~]*[!-)+->@-~])?$/,
  least: 1,
  most: 128,
  confidential: true,
};

export const sslPolicy: TextRule = {
  source: "ALB user guide, describe-ssl-policies",
  expected: "a policy without TLS 1.0 and 1.1: ELBSecurityPolicy-TLS13-1-2-… or ELBSecurityPolicy-TLS13-1-3-…",
  pattern: /^ELBSecurityPolicy-TLS13-1-[23]-[A-Za-z0-9-]+$/,
  least: 28,
  most: 128,
};

export const accessLogPrefix: TextRule = {
  source: "ALB user guide, enable-access-logging; S3 user guide, object-keys",
  expected: "a prefix of two characters or more that neither begins nor ends with /",
  pattern: /^[A-Za-z0-9!_.*'()-](?:[A-Za-z0-9!_.*'()/-]*[A-Za-z0-9!_.*'()-])$/,
  least: 2,
  most: 512,
};
export const accessLogDays = from(1, "S3 API, LifecycleExpiration");
