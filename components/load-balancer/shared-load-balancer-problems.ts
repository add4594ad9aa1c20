import type { HttpCheck } from "../../hooks/green-test/checks";
import type { Https } from "./https";
import type { LoadBalancerOptions } from "./load-balancer-options";
import type { Problem } from "../problems";
import type { SharedLoadBalancer } from "./load-balancer-args";
import { loadBalancerOf } from "./shared-load-balancer";
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

/** Everything that is wrong with a place behind a shared load balancer. Limits: ALB user guide, load-balancer-limits. */
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
  const problems: Problem[] = [];
  const wrong = (field: string, message: string) => problems.push({ path: `${at}.${field}`, message });
  for (const [field, arn] of Object.entries({ productionListenerArn: production, testListenerArn: test })) {
    if (typeof arn !== "string" || isListener(arn)) continue;
    wrong(field, `"${arn}" is not the ARN of an application load balancer's listener (…:listener/app/…).`);
  }
  if (test === undefined && !testHeader) {
    const way = "name a second listener of the load balancer, or with controller ECS a testHeader";
    wrong("testListenerArn", `is missing; green is tested before users see it: ${way}.`);
  }
  if (test !== undefined && testHeader) {
    wrong("testListenerArn", "is not used where testHeader tells test traffic; leave one of the two out.");
  }
  if (typeof production === "string" && typeof test === "string" && isListener(production) && isListener(test)) {
    if (production === test) wrong("testListenerArn", "is the production listener; test traffic needs another one.");
    else if (loadBalancerOf(production) !== loadBalancerOf(test))
      wrong("testListenerArn", "is of another load balancer than the production listener; both must be of one.");
  }
  return problems;
}

function conditionProblems({ hosts = [], paths = [] }: SharedLoadBalancer, https?: Https): Problem[] {
  const problems: Problem[] = [];
  const wrong = (field: string, message: string) => problems.push({ path: `${at}.${field}`, message });
  if (hosts.length + paths.length === 0) {
    wrong("hosts", "and paths are both missing; a rule without either would take the other services' requests.");
  }
  if (hosts.length + paths.length > 5) {
    wrong("hosts", `and paths come to ${hosts.length + paths.length} values; a rule takes five in all.`);
  }
  hosts.forEach((host, index) => {
    if (!/^[\w.*?-]{1,128}$/.test(host))
      wrong(`hosts[${index}]`, `"${host}" is not a host; expected shop.example.com.`);
  });
  paths.forEach((path, index) => {
    if (!/^\/[\w.$/~"'@:+&*?-]{0,127}$/.test(path))
      wrong(`paths[${index}]`, `"${path}" is not a path; expected one like /shop/*.`);
  });
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
  const least = testHeader ? 2 : 1;
  if (Number.isInteger(priority) && priority >= least && priority <= 50_000) return [];
  const why = testHeader ? ", since testHeader takes the one before it too" : "";
  return [{ path: `${at}.priority`, message: `is ${priority}; expected a whole number from ${least} to 50000${why}.` }];
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

function isListener(arn: string): boolean {
  return /^arn:[\w-]+:elasticloadbalancing:[^:]+:\d{12}:listener\/app\/[^/]+\/\w+\/\w+$/.test(arn);
}

/** Hosts in any case, paths in this one. */
function covers(pattern: string, text: string, flags: "i" | "" = "i"): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, flags).test(text);
}
