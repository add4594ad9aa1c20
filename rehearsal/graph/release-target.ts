import type { RouteArns } from "../blue-green/traffic-routes";
import { routesOf, targetGroupNames } from "../codedeploy/traffic";
import { zipArtifact } from "../codepipeline/artifacts";
import type { Account } from "./account";
import type { DeploymentGroup, EcsService, ListenerResource, ServiceLoadBalancer } from "./resources";

/** The service that the pipeline releases, and what its traffic goes through. */
interface Target {
  readonly service: EcsService;
  readonly productionListener: ListenerResource;
  readonly testListener: ListenerResource;
  /** What tells test traffic from users', where both come through one listener. @default the listener does */
  readonly testHeaders?: Readonly<Record<string, string>>;
  readonly routes: RouteArns;
  /** The alarms that it looks at while it is deployed. */
  readonly alarmNames: readonly string[];
  /** ARNs of the two target groups. */
  readonly targetGroups: readonly [string, string];
}

/** With who releases it. */
export type ReleaseTarget = Target &
  (
    | { readonly controller: "CODE_DEPLOY"; readonly group: DeploymentGroup }
    | { readonly controller: "ECS"; readonly loadBalancer: ServiceLoadBalancer }
  );

/** @throws Error when the program's pipeline deploys in no way that the rehearsal performs */
export function releaseTarget(account: Account): ReleaseTarget {
  const action = account.pipeline.stages
    .flatMap(({ actions }) => actions)
    .find(({ provider }) => provider === "CodeDeployToECS");
  if (action) {
    const { ApplicationName = "", DeploymentGroupName = "" } = action.configuration;
    return releasedByCodeDeploy(account, account.deploymentGroup(ApplicationName, DeploymentGroupName));
  }
  const service = account.onlyService;
  if (service.deploymentController?.type === "ECS") return releasedByEcs(account, service);
  throw new Error("the program's pipeline has no CodeDeployToECS action, and its service is not of the controller ECS");
}

function releasedByCodeDeploy(account: Account, group: DeploymentGroup): ReleaseTarget {
  const { prodTrafficRoute, testTrafficRoute } = group.loadBalancerInfo.targetGroupPairInfo;
  const [first, second] = targetGroupNames(account, group).map((name) => account.targetGroup(name).arn);
  return {
    controller: "CODE_DEPLOY",
    group,
    service: account.service(group.ecsService.serviceName),
    productionListener: account.listener(prodTrafficRoute.listenerArns[0] ?? ""),
    testListener: account.listener(testTrafficRoute.listenerArns[0] ?? ""),
    routes: routesOf(account, group),
    alarmNames: group.alarmConfiguration?.alarms ?? [],
    targetGroups: [first!, second!],
  };
}

function releasedByEcs(account: Account, service: EcsService): ReleaseTarget {
  const loadBalancer = service.loadBalancers[0]!;
  const { targetGroupArn, advancedConfiguration } = loadBalancer;
  if (!advancedConfiguration?.testListenerRule) throw new Error(`service ${service.name} has no rule for test traffic`);
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = advancedConfiguration;
  const listenerOf = (rule: string) => account.listener(account.listenerRule(rule).listenerArn);
  const { conditions } = account.listenerRule(testListenerRule);
  const header = conditions.find(({ httpHeader }) => httpHeader)?.httpHeader;
  return {
    controller: "ECS",
    loadBalancer,
    service,
    productionListener: listenerOf(productionListenerRule),
    testListener: listenerOf(testListenerRule),
    ...(header ? { testHeaders: { [header.httpHeaderName]: header.values[0]! } } : {}),
    routes: { production: [productionListenerRule], test: [testListenerRule] },
    alarmNames: alarmNames(account),
    targetGroups: [targetGroupArn, alternateTargetGroupArn],
  };
}

/** Those that the release template's service.json names; none are known beforehand of one that is in the app's repository. */
function alarmNames(account: Account): readonly string[] {
  const template = account.pipeline.stages
    .flatMap(({ actions }) => actions)
    .find(({ provider }) => provider === "S3")?.configuration;
  if (!template) return [];
  const file = zipArtifact(account.object(template.S3Bucket ?? "", template.S3ObjectKey ?? "")).file("service.json");
  const update = JSON.parse(file?.toString("utf8") ?? "{}") as ServiceUpdate;
  return update.deploymentConfiguration?.alarms?.alarmNames ?? [];
}

interface ServiceUpdate {
  readonly deploymentConfiguration?: { readonly alarms?: { readonly alarmNames: readonly string[] } };
}
