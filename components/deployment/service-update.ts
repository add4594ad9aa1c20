import { taskDefinitionPlaceholder } from "../../hooks/ecs-release/template-files";
import { type CapacityProvider, capacityStrategy } from "../task/capacity-providers";
import type { TrafficShift } from "./traffic-shift";

export interface ServiceUpdate extends TrafficShift {
  readonly cluster: string;
  readonly service: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly capacityProviders: readonly CapacityProvider[];
  readonly healthCheckGracePeriodSeconds: number;
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly advancedConfiguration: Readonly<
    Record<"alternateTargetGroupArn" | "productionListenerRule" | "testListenerRule" | "roleArn", string>
  >;
  readonly bakeTimeMinutes: number;
  /** Minutes that a deployment waits for a person, and rolls back without one; undefined asks nobody. */
  readonly approvalWaitMinutes: number | undefined;
  /** Tests green; undefined where there is no test. */
  readonly hook: { readonly functionArn: string; readonly roleArn: string } | undefined;
  readonly alarmNames: readonly string[];
  readonly deploymentCircuitBreaker: boolean;
}

/**
 * Renders service.json: everything of the service that only a deployment changes, in the words of ECS's API, UpdateService.
 * What is off is said too, since ECS keeps what an update leaves out.
 */
export function renderServiceUpdate(update: ServiceUpdate): string {
  const { alarmNames, deploymentCircuitBreaker: circuitBreaker } = update;
  const input = {
    cluster: update.cluster,
    service: update.service,
    taskDefinition: taskDefinitionPlaceholder,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: update.subnetIds,
        securityGroups: update.securityGroupIds,
        assignPublicIp: "DISABLED",
      },
    },
    platformVersion: "LATEST",
    // An empty list is the launch type.
    capacityProviderStrategy: capacityStrategy(update.capacityProviders),
    healthCheckGracePeriodSeconds: update.healthCheckGracePeriodSeconds,
    loadBalancers: [
      {
        targetGroupArn: update.targetGroupArn,
        containerName: update.containerName,
        containerPort: update.containerPort,
        advancedConfiguration: update.advancedConfiguration,
      },
    ],
    deploymentConfiguration: {
      ...strategy(update),
      maximumPercent: 200,
      minimumHealthyPercent: 100,
      bakeTimeInMinutes: update.bakeTimeMinutes,
      lifecycleHooks: lifecycleHooks(update),
      alarms: { alarmNames, enable: alarmNames.length > 0, rollback: alarmNames.length > 0 },
      deploymentCircuitBreaker: { enable: circuitBreaker, rollback: circuitBreaker },
    },
  };
  return `${JSON.stringify(input, null, 2)}\n`;
}

function strategy({ canary, linear }: TrafficShift) {
  if (canary) {
    const canaryConfiguration = { canaryPercent: canary.percent, canaryBakeTimeInMinutes: canary.minutes };
    return { strategy: "CANARY", canaryConfiguration };
  }
  if (linear) {
    const linearConfiguration = { stepPercent: linear.percent, stepBakeTimeInMinutes: linear.minutes };
    return { strategy: "LINEAR", linearConfiguration };
  }
  return { strategy: "BLUE_GREEN" };
}

/**
 * Both at the one stage that comes once a deployment, before production shifts, and never at a rollback: they run at the
 * same time, and traffic shifts when the test has passed and the person has said so. Source: ECS developer guide,
 * deployment-lifecycle-hooks and pause-lifecycle-hooks.
 */
function lifecycleHooks({ hook, approvalWaitMinutes }: ServiceUpdate) {
  const lifecycleStages = ["POST_TEST_TRAFFIC_SHIFT"];
  const test = hook && {
    targetType: "AWS_LAMBDA",
    hookTargetArn: hook.functionArn,
    roleArn: hook.roleArn,
    lifecycleStages,
  };
  const pause = approvalWaitMinutes !== undefined && {
    targetType: "PAUSE",
    lifecycleStages,
    timeoutConfiguration: { timeoutInMinutes: approvalWaitMinutes, action: "ROLLBACK" },
  };
  return [...(test ? [test] : []), ...(pause ? [pause] : [])];
}
