import type { RouteArns } from "../blue-green/traffic-routes";
import type { Account } from "../graph/account";
import type { DeploymentGroup } from "../graph/resources";
import { type Action, routingAction, targetGroupWeights } from "../load-balancer/actions";

/**
 * What CodeDeploy moves on a deployment group's two listeners: the default actions and the rules that forward to one of the group's
 * target groups, and no others. AWS documents default actions alone. Source of the rules: its managed policy has ModifyRule, and
 * CodeDeploy moves the rules of people's shared listeners (traveloka/terraform-aws-alb-single-listener#47).
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
