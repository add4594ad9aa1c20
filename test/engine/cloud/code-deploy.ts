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
  const { prodTrafficRoute, testTrafficRoute, groups, live, idle: next } = routesOf(cloud, group.properties);

  service.properties.taskDefinition = nextRevision(cloud, service).properties.arn;
  service.properties.loadBalancers = [{ ...live, targetGroupArn: next.properties.arn }];
  service.properties.platformVersion = "1.4.0";
  for (const arn of [...prodTrafficRoute.listenerArns, ...testTrafficRoute.listenerArns]) {
    sendTo(cloud, arn, groups, next);
  }
}

/**
 * What CodeDeploy does as its deployment group is created: production's listeners forward to both target groups, with weight
 * 0 for the one without tasks. Source: docs/decisions/attach-green-with-the-deployment-group.md.
 */
export function createDeploymentGroup(cloud: Cloud, properties: Values): void {
  const { prodTrafficRoute, groups, idle } = routesOf(cloud, properties);
  const live = groups.find((group) => group !== idle)!;
  for (const arn of prodTrafficRoute.listenerArns) sendTo(cloud, arn, groups, live);
}

function routesOf(cloud: Cloud, { ecsService, loadBalancerInfo }: Values) {
  const { targetGroups, ...routes } = (loadBalancerInfo as { targetGroupPairInfo: TargetGroupPair })
    .targetGroupPairInfo;
  const groups = targetGroups.map(({ name }) => one(cloud, "aws:lb/targetGroup:TargetGroup", "name", name));
  const service = one(cloud, "aws:ecs/service:Service", "name", (ecsService as Values).serviceName);
  const [live] = service.properties.loadBalancers as Values[];
  const idle = groups.find(({ properties }) => properties.arn !== live!.targetGroupArn)!;
  return { ...routes, groups, live, idle };
}

/** All traffic of a listener that belongs to the service, and of its rules, to `target`. */
function sendTo(cloud: Cloud, listenerArn: string, groups: readonly Thing[], target: Thing): void {
  const { properties } = one(cloud, "aws:lb/listener:Listener", "arn", listenerArn);
  const rules = cloud.all("aws:lb/listenerRule:ListenerRule").filter((it) => it.properties.listenerArn === listenerArn);
  const targetGroups = groups.map((it) => ({ arn: it.properties.arn, weight: it === target ? 100 : 0 }));
  const weighted = [{ type: "forward", order: 1, forward: { targetGroups } }];
  if (forwardsTo(groups, properties.defaultActions)) properties.defaultActions = weighted;
  for (const rule of rules) if (forwardsTo(groups, rule.properties.actions)) rule.properties.actions = weighted;
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
