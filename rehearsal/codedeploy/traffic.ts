import type { Account, DeploymentGroup } from "../graph/account";
import { type Action, routingAction, targetGroupWeights } from "../load-balancer/actions";
import type { LoadBalancer } from "../load-balancer/load-balancer";
import type { TargetGroup } from "../load-balancer/target-group";

/** What routes a service's requests: ARNs of listeners, whose default actions count, or of their rules. */
export interface RouteArns {
  readonly production: readonly string[];
  readonly test: readonly string[];
}

type Shares = Readonly<Record<string, number>>;

/**
 * The two routes of a service, production and test, between its two target groups. What CodeDeploy leaves on a listener,
 * and ECS on a rule, is one weighted forward to both groups, the unused one with weight 0.
 */
export class TrafficRoutes {
  constructor(
    readonly arns: RouteArns,
    private readonly loadBalancer: LoadBalancer,
    private readonly targetGroups: readonly [TargetGroup, TargetGroup],
  ) {}

  /** The target group that is not `group`. */
  other(group: TargetGroup): TargetGroup {
    const [first, second] = this.targetGroups;
    return group === first ? second : first;
  }

  /** Sends `percent` of production to `group` and the rest to the other one. */
  sendProduction(group: TargetGroup, percent: number): void {
    for (const arn of this.arns.production) this.modify(arn, group, percent);
  }

  /** Sends all test traffic to `group`. */
  sendTest(group: TargetGroup): void {
    for (const arn of this.arns.test) this.modify(arn, group, 100);
  }

  /** Percent of each route's traffic, by target group's ARN. */
  get weights(): { readonly production: Shares; readonly test: Shares } {
    return { production: this.sharesOf(this.arns.production), test: this.sharesOf(this.arns.test) };
  }

  private sharesOf([arn = ""]: readonly string[]): Shares {
    const weights = targetGroupWeights(routingAction(this.loadBalancer.describeActions(arn)));
    const total = weights.reduce((sum, { weight }) => sum + weight, 0);
    return Object.fromEntries(weights.map(({ arn: group, weight }) => [group, total && (100 * weight) / total]));
  }

  private modify(arn: string, group: TargetGroup, percent: number): void {
    const targetGroups = [
      { arn: group.arn, weight: percent },
      { arn: this.other(group).arn, weight: 100 - percent },
    ];
    const stickiness = this.stickinessOf(arn);
    const actions = [{ type: "forward" as const, forward: { targetGroups, ...(stickiness ? { stickiness } : {}) } }];
    if (arn.includes(":listener-rule/")) this.loadBalancer.modifyRule(arn, actions);
    else this.loadBalancer.modifyListener(arn, actions);
  }

  /**
   * The stickiness of the action that is there, which we take to be kept: UNSURE, AWS documents it neither of CodeDeploy nor
   * of ECS.
   */
  private stickinessOf(arn: string) {
    const action = this.loadBalancer.describeActions(arn).at(-1);
    return action?.type === "forward" ? action.forward?.stickiness : undefined;
  }
}

/**
 * What CodeDeploy moves on a deployment group's two listeners: the default actions and the rules that forward to one of the group's
 * target groups, and no others. UNSURE of rules: AWS documents listeners with default actions alone, while its managed policy
 * has ModifyRule, and people's rules are known to be moved.
 *
 * @throws Error when a listener forwards to neither target group
 */
export function routesOf(account: Account, group: DeploymentGroup): RouteArns {
  const { prodTrafficRoute, testTrafficRoute } = group.loadBalancerInfo.targetGroupPairInfo;
  const groups = targetGroupNames(account, group).map((name) => account.targetGroup(name).arn);
  const isOwn = (actions: readonly Action[]) =>
    targetGroupWeights(routingAction(actions)).some(({ arn }) => groups.includes(arn));
  const movedOn = (listenerArn: string) => {
    const { defaultActions, rules } = account.listener(listenerArn);
    const moved = [{ arn: listenerArn, actions: defaultActions }, ...rules].filter(({ actions }) => isOwn(actions));
    if (moved.length > 0) return moved.map(({ arn }) => arn);
    throw new Error(`listener ${listenerArn} forwards to none of ${group.deploymentGroupName}'s target groups`);
  };
  return {
    production: prodTrafficRoute.listenerArns.flatMap(movedOn),
    test: testTrafficRoute.listenerArns.flatMap(movedOn),
  };
}

/** The names of a deployment group's two target groups. Throws unless there are exactly two. */
export function targetGroupNames(account: Account, group: DeploymentGroup): [string, string] {
  const names = group.loadBalancerInfo.targetGroupPairInfo.targetGroups.map(
    ({ name }) => account.targetGroup(name).name,
  );
  if (names.length !== 2)
    throw new Error(
      `deployment group ${group.deploymentGroupName} names ${names.length} target groups; CodeDeploy wants 2`,
    );
  return [names[0]!, names[1]!];
}
