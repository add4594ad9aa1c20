import { arns, elb, numberMistake } from "../../aws-rules";
import type { HttpCheck } from "../../hooks/green-test/checks";
import type { Https } from "./https";
import type { LoadBalancerOptions } from "./load-balancer-options";
import type { Problem } from "../problems";
import type { SharedLoadBalancer } from "./load-balancer-args";
import { loadBalancerOf } from "./shared-load-balancer";
import { listProblems, textProblem } from "../rule-problems";
import type { TestHeader } from "./test-header";

/** What a shared load balancer is judged with. */
export interface Sharing {
  readonly sharedLoadBalancer?: SharedLoadBalancer;
  readonly loadBalancer: LoadBalancerOptions;
  readonly https?: Https;
  readonly testHeader?: TestHeader;
  readonly testCidrs: readonly string[];
}

const at = "sharedLoadBalancer";

/** Everything that is wrong with a place behind a shared load balancer. */
export function sharedLoadBalancerProblems(sharing: Sharing): Problem[] {
  const shared = sharing.sharedLoadBalancer;
  if (!shared) return [];
  return [
    ...listenerProblems(shared, sharing.testHeader),
    ...conditionProblems(shared, sharing.https),
    ...priorityProblems(shared, sharing.testHeader),
    ...ownersProblems(sharing),
  ];
}

function listenerProblems(shared: SharedLoadBalancer, testHeader: TestHeader | undefined): Problem[] {
  const { productionListenerArn: production, testListenerArn: test } = shared;
  const problems = [
    ...textProblem(`${at}.productionListenerArn`, production, arns.listenerArn),
    ...textProblem(`${at}.testListenerArn`, test, arns.listenerArn),
  ];
  const known = problems.length === 0 && typeof production === "string" && typeof test === "string";
  const wrong = (field: string, message: string) => problems.push({ path: `${at}.${field}`, message });
  if (test === undefined && !testHeader) {
    const way = "name a second listener of the load balancer, or with controller ECS a testHeader";
    wrong("testListenerArn", `is missing; green is tested before users see it: ${way}.`);
  }
  if (test !== undefined && testHeader) {
    wrong("testListenerArn", "is not used where testHeader tells test traffic; leave one of the two out.");
  }
  if (known) {
    if (production === test) wrong("testListenerArn", "is the production listener; test traffic needs another one.");
    else if (loadBalancerOf(production) !== loadBalancerOf(test))
      wrong("testListenerArn", "is of another load balancer than the production listener; both must be of one.");
  }
  return problems;
}

function conditionProblems({ hosts = [], paths = [] }: SharedLoadBalancer, https?: Https): Problem[] {
  const problems = [
    ...listProblems(`${at}.hosts`, hosts, elb.ruleHost),
    ...listProblems(`${at}.paths`, paths, elb.rulePath),
  ];
  const wrong = (field: string, message: string) => problems.push({ path: `${at}.${field}`, message });
  if (hosts.length + paths.length === 0) {
    wrong("hosts", "and paths are both missing; a rule without either would take the other services' requests.");
  }
  if (hosts.length + paths.length > elb.ruleValues.most) {
    const all = `and paths come to ${hosts.length + paths.length} values`;
    wrong("hosts", `${all}; a rule takes ${elb.ruleValues.most} in all. Use * to say more with one.`);
  }
  const names = https ? [https.domainName] : hosts.filter((host) => !/[*?]/.test(host));
  if (hosts.length > 0 && !names.some((name) => hosts.some((host) => covers(host, name)))) {
    const message = https
      ? `do not cover https.domainName, ${https.domainName}, under which users and the test of green come.`
      : "are patterns only; give one without * and ?, under which green is tested.";
    wrong("hosts", message);
  }
  return problems;
}

function priorityProblems({ priority }: SharedLoadBalancer, testHeader: TestHeader | undefined): Problem[] {
  const least = testHeader ? elb.rulePriority.least + 1 : elb.rulePriority.least;
  if (numberMistake({ ...elb.rulePriority, least }, priority) === undefined) return [];
  const why = testHeader ? ", since testHeader takes the one before it too" : "";
  return [
    {
      path: `${at}.priority`,
      message: `is ${priority}; expected a whole number from ${least} to ${elb.rulePriority.most}${why}.`,
    },
  ];
}

/** What belongs to whoever made the load balancer. */
function ownersProblems({ loadBalancer, https, testCidrs }: Sharing): Problem[] {
  const given = [
    ...Object.keys(loadBalancer).map((key) => `loadBalancer.${key}`),
    ...(["sslPolicy", "redirectPort"] as const).flatMap((key) => (https?.[key] === undefined ? [] : [`https.${key}`])),
    ...(testCidrs.length > 0 ? ["testCidrs"] : []),
  ];
  const message = "is for a load balancer that is made here; leave it out, and set it where the shared one is made.";
  const named = "names a load balancer besides that of the listeners; leave one of the two out.";
  return given.map((path) => ({ path, message: path === "loadBalancer.arn" ? named : message }));
}

/** Checks that the rule for test traffic would not let through to green. */
export function checkPathProblems(checks: readonly HttpCheck[], paths: readonly string[] = []): Problem[] {
  if (paths.length === 0) return [];
  return checks.flatMap(({ path }, index) => {
    if (paths.some((pattern) => covers(pattern, path.split("?", 1)[0]!, ""))) return [];
    const message = `"${path}" is not a path of the service's, which are ${paths.join(", ")}; test green by one of those.`;
    return [{ path: `checks[${index}].path`, message }];
  });
}

/** Hosts in any case, paths in this one. */
function covers(pattern: string, text: string, flags: "i" | "" = "i"): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, flags).test(text);
}
