import type { Account, DeploymentGroup } from "../graph/account";
import type { LoadBalancer } from "../load-balancer/load-balancer";
import type { TargetGroup } from "../load-balancer/target-group";

/**
 * The two routes of a deployment group, production and test, between its two target groups. What CodeDeploy leaves on a
 * listener is one weighted forward to both groups, the unused one with weight 0.
 */
export class TrafficRoutes {
  private readonly production: readonly string[];
  private readonly test: readonly string[];

  constructor(
    group: DeploymentGroup,
    private readonly loadBalancer: LoadBalancer,
    private readonly targetGroups: readonly [TargetGroup, TargetGroup],
  ) {
    const { prodTrafficRoute, testTrafficRoute } = group.loadBalancerInfo.targetGroupPairInfo;
    this.production = prodTrafficRoute.listenerArns;
    this.test = testTrafficRoute.listenerArns;
  }

  /** The target group that is not `group`. */
  other(group: TargetGroup): TargetGroup {
    const [first, second] = this.targetGroups;
    return group === first ? second : first;
  }

  /** Sends `percent` of production to `group` and the rest to the other one. */
  sendProduction(group: TargetGroup, percent: number): void {
    for (const arn of this.production) this.loadBalancer.modifyListener(arn, this.forward(group, percent));
  }

  /** Sends all test traffic to `group`. */
  sendTest(group: TargetGroup): void {
    for (const arn of this.test) this.loadBalancer.modifyListener(arn, this.forward(group, 100));
  }

  private forward(group: TargetGroup, percent: number) {
    const other = this.other(group);
    const targetGroups = [
      { arn: group.arn, weight: percent },
      { arn: other.arn, weight: 100 - percent },
    ];
    return [{ type: "forward" as const, forward: { targetGroups } }];
  }
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
