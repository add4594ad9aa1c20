import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BlueGreenLoadBalancer } from "./load-balancer";

/** On a load balancer of the service's own, in the order in which a listener asks its rules. Source: ELB API, CreateRule. */
const ownPriorities = { test: 100, everything: 50_000 };
const everyPath = { pathPattern: { values: ["*"] } };

/** The listener rules by which production and test traffic find the service, each on blue at first. */
export interface RouteRules {
  readonly production: aws.lb.ListenerRule;
  readonly test: aws.lb.ListenerRule;
}

/** @param action all traffic to blue, as the controller wants to find it */
export function routeRules(
  name: string,
  { productionListener, test, share }: BlueGreenLoadBalancer,
  action: aws.types.input.lb.ListenerRuleAction,
  opts: pulumi.CustomResourceOptions,
): RouteRules {
  const own = share?.conditions ?? [];
  // Who knows the value reaches green. Elastic Load Balancing itself shows it to whoever may read rules.
  const header = test.header && {
    httpHeader: { httpHeaderName: test.header.name, values: [pulumi.secret(test.header.value)] },
  };
  const everything = own.length > 0 ? own : [everyPath];
  const last = share?.priority ?? ownPriorities.everything;
  // Before the production rule, which so keeps its place when a header takes the test listener's place, or the other way round.
  const first = share ? share.priority - 1 : ownPriorities.test;
  const rule = (
    kind: "production" | "test",
    listener: aws.lb.Listener,
    priority: number,
    conditions: readonly aws.types.input.lb.ListenerRuleCondition[],
  ) =>
    new aws.lb.ListenerRule(
      `${name}-${kind}`,
      { listenerArn: listener.arn, priority, conditions: [...conditions], actions: [action] },
      // Every deployment rewrites the weights; setting them back would point production at an empty target group.
      { ...opts, ignoreChanges: ["actions"] },
    );
  return {
    production: rule("production", productionListener, last, everything),
    test: header ? rule("test", test.listener, first, [...own, header]) : rule("test", test.listener, last, everything),
  };
}
