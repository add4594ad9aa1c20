import { strFromU8, unzipSync } from "fflate";
import type { Cloud, Thing } from "./cloud";
import { nextRevision, one } from "./code-deploy";
import type { Values } from "./values";

const service = "aws:ecs/service:Service";
const rule = "aws:lb/listenerRule:ListenerRule";

/** What ECS refuses of a load balancer's `advancedConfiguration`. Source: ECS API reference, AdvancedConfiguration. */
export function advancedProblem(cloud: Cloud, advanced: Values | undefined): string | false {
  if (!advanced) return false;
  const { productionListenerRule, testListenerRule, alternateTargetGroupArn, roleArn } = advanced;
  for (const arn of [productionListenerRule, testListenerRule]) {
    const actions = JSON.stringify(cloud.find(rule, "arn", arn)?.properties.actions ?? "none");
    if (!actions.includes(String(alternateTargetGroupArn))) {
      return `InvalidParameterException: the rule ${String(arn)} does not forward to both target groups.`;
    }
  }
  const role = cloud.find("aws:iam/role:Role", "arn", roleArn)?.properties.name;
  const policies = cloud.all("aws:iam/rolePolicy:RolePolicy").filter(({ properties }) => properties.role === role);
  const granted = policies.some(({ properties }) => String(properties.policy).includes(String(productionListenerRule)));
  return !granted && "InvalidParameterException: the infrastructure role may not change the production rule.";
}

/** Source: ECS developer guide, update-service-parameters, "Deployment controller". */
export function controllerProblem(before: string, after: string): string | false {
  const message = `InvalidParameterException: Unable to update the deployment controller from ${before} to ${after}.`;
  return before === "ECS" && after === "CODE_DEPLOY" && message;
}

/** Moves a service to ECS as AWS's guide does it, by one call of UpdateService, which deploys the same revision again. */
export function moveToEcs(cloud: Cloud, name: string): void {
  const it = one(cloud, service, "name", name);
  const arn = (type: string, suffix: string) =>
    cloud.all(type).find((thing) => thing.name === `${it.name}-${suffix}`)!.properties.arn;
  const advancedConfiguration = {
    alternateTargetGroupArn: arn("aws:lb/targetGroup:TargetGroup", "green"),
    productionListenerRule: arn(rule, "production"),
    testListenerRule: arn(rule, "test"),
    roleArn: arn("aws:iam/role:Role", "infrastructure"),
  };
  const problem = advancedProblem(cloud, advancedConfiguration);
  if (problem) throw new Error(problem);
  const [live] = it.properties.loadBalancers as Values[];
  it.properties.deploymentController = { type: "ECS" };
  it.properties.deploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: "0" };
  it.properties.loadBalancers = [{ ...live, advancedConfiguration }];
  swap(cloud, it);
}

/**
 * Leaves the account as a release by ECS leaves it: all that the template's service.json says of the service, a new
 * revision, the groups' roles swapped, both rules with other weights.
 */
export function releaseByEcs(cloud: Cloud, name: string): void {
  const it = one(cloud, service, "name", name);
  const update = serviceUpdate(cloud, name);
  const { lifecycleHooks, alarms, deploymentCircuitBreaker, bakeTimeInMinutes, strategy } =
    update.deploymentConfiguration as Values;
  Object.assign(it.properties, {
    taskDefinition: nextRevision(cloud, it).properties.arn,
    platformVersion: "1.4.0",
    deploymentConfiguration: { strategy, bakeTimeInMinutes: String(bakeTimeInMinutes), lifecycleHooks },
    alarms,
    deploymentCircuitBreaker,
    healthCheckGracePeriodSeconds: update.healthCheckGracePeriodSeconds,
  });
  swap(cloud, it);
}

function swap(cloud: Cloud, { properties }: Thing): void {
  const [live] = properties.loadBalancers as Values[];
  const advanced = live!.advancedConfiguration as Values;
  const { targetGroupArn: blue } = live!;
  const { alternateTargetGroupArn: green } = advanced;
  const swapped = { ...advanced, alternateTargetGroupArn: blue };
  properties.loadBalancers = [{ ...live, targetGroupArn: green, advancedConfiguration: swapped }];
  const targetGroups = [
    { arn: blue, weight: 0 },
    { arn: green, weight: 100 },
  ];
  for (const arn of [advanced.productionListenerRule, advanced.testListenerRule]) {
    one(cloud, rule, "arn", arn).properties.actions = [{ type: "forward", order: 1, forward: { targetGroups } }];
  }
}

function serviceUpdate(cloud: Cloud, name: string): Values {
  const templates = cloud.all("aws:s3/bucketObjectv2:BucketObjectv2").map(({ properties }) => {
    const file = unzipSync(Buffer.from(String(properties.contentBase64), "base64"))["service.json"];
    return file ? (JSON.parse(strFromU8(file)) as Values) : {};
  });
  return templates.find((it) => it.service === name)!;
}
