import type { Cloud, Thing } from "./cloud";
import { type Values, without } from "./values";

interface TargetGroupPair {
  readonly prodTrafficRoute: { readonly listenerArns: readonly string[] };
  readonly testTrafficRoute: { readonly listenerArns: readonly string[] };
  readonly targetGroups: readonly { readonly name: string }[];
}

/**
 * Leaves the account as a release by CodeDeploy leaves it: a new revision of the task definition, the service's primary
 * task set on it and on the other target group; of both listeners what forwards to its target groups, default actions or
 * rules, with a weighted forward.
 */
export function release(cloud: Cloud, serviceName: string): void {
  const service = one(cloud, "aws:ecs/service:Service", "name", serviceName);
  const group = cloud
    .all("aws:codedeploy/deploymentGroup:DeploymentGroup")
    .find(({ properties }) => (properties.ecsService as Values).serviceName === serviceName)!;
  const pair = (group.properties.loadBalancerInfo as { targetGroupPairInfo: TargetGroupPair }).targetGroupPairInfo;
  const [live] = service.properties.loadBalancers as Values[];
  const groups = pair.targetGroups.map(({ name }) => one(cloud, "aws:lb/targetGroup:TargetGroup", "name", name));
  const next = groups.find(({ properties }) => properties.arn !== live!.targetGroupArn)!;

  service.properties.taskDefinition = nextRevision(cloud, service).properties.arn;
  service.properties.loadBalancers = [{ ...live, targetGroupArn: next.properties.arn }];
  service.properties.platformVersion = "1.4.0";
  for (const arn of [...pair.prodTrafficRoute.listenerArns, ...pair.testTrafficRoute.listenerArns]) {
    const { properties } = one(cloud, "aws:lb/listener:Listener", "arn", arn);
    const rules = cloud.all("aws:lb/listenerRule:ListenerRule").filter((rule) => rule.properties.listenerArn === arn);
    const targetGroups = groups.map((it) => ({ arn: it.properties.arn, weight: it === next ? 100 : 0 }));
    const weighted = [{ type: "forward", order: 1, forward: { targetGroups } }];
    if (forwardsTo(groups, properties.defaultActions)) properties.defaultActions = weighted;
    for (const rule of rules) if (forwardsTo(groups, rule.properties.actions)) rule.properties.actions = weighted;
  }
}

function forwardsTo(groups: readonly Thing[], actions: unknown): boolean {
  return groups.some(({ properties }) => JSON.stringify(actions).includes(String(properties.arn)));
}

/** What the pipeline's deploy action registers: the same definition with the build's image. */
export function nextRevision(cloud: Cloud, service: Thing): Thing {
  const current = one(cloud, "aws:ecs/taskDefinition:TaskDefinition", "arn", service.properties.taskDefinition);
  const definition = without(current.properties, "arn", "revision");
  return cloud.create(current.type, `${current.name}-release`, {
    ...definition,
    containerDefinitions: String(definition.containerDefinitions).replace(
      /@sha256:[0-9a-f]{64}/,
      `@sha256:${"e".repeat(64)}`,
    ),
  });
}

export function one(cloud: Cloud, type: string, property: string, value: unknown): Thing {
  const found = cloud.find(type, property, value);
  if (!found) throw new Error(`no ${type} with ${property} ${String(value)}`);
  return found;
}
