import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BlueGreenLoadBalancer } from "../load-balancer/load-balancer";
import type { Problem } from "../problems";
import { ecs, names } from "../../aws-rules";
import { type Ranges, rangeProblems } from "../rule-problems";
import { type Schedule, scheduledAction, scheduleProblems } from "./scaling-schedule";

/** How many tasks run, by what they do and by the clock; at least one target or schedule. */
export interface Autoscaling {
  /** Fewest tasks. */
  readonly minimum: number;
  /** Most tasks. */
  readonly maximum: number;
  /** CPU of all tasks together that is aimed at, in percent of what they have. @default not looked at */
  readonly cpuPercent?: number;
  /** Memory likewise. @default not looked at */
  readonly memoryPercent?: number;
  /** Requests a minute that each task is to get. @default not looked at */
  readonly requestsPerTask?: number;
  /** Seconds after tasks were taken away before more are. @default 300 */
  readonly scaleInCooldownSeconds?: number;
  /** Seconds after tasks were added before more are, unless much more is needed. @default 300 */
  readonly scaleOutCooldownSeconds?: number;
  /** Times at which the two counts change, a stack that sleeps at night say. @default [] */
  readonly schedules?: readonly Schedule[];
}

/** What is scaled, and what it is measured by. */
export interface Scaled {
  readonly cluster: aws.ecs.Cluster;
  readonly service: aws.ecs.Service;
  readonly loadBalancer: BlueGreenLoadBalancer;
}

/** Source: Application Auto Scaling API, PredefinedMetricSpecification. */
const metrics = {
  cpuPercent: "ECSServiceAverageCPUUtilization",
  memoryPercent: "ECSServiceAverageMemoryUtilization",
} as const;

/** Application Auto Scaling's own for ECS. Source: its API, TargetTrackingScalingPolicyConfiguration. */
const defaultCooldownSeconds = 300;

const ranges: Ranges<Autoscaling> = {
  minimum: ecs.taskCount,
  maximum: ecs.taskCount,
  scaleInCooldownSeconds: names.cooldownSeconds,
  scaleOutCooldownSeconds: names.cooldownSeconds,
};

/** What is wrong with the autoscaling of a service that is born with `desiredCount` tasks. */
export function autoscalingProblems(autoscaling: Autoscaling | undefined, desiredCount: number): Problem[] {
  if (!autoscaling) return [];
  const { minimum, maximum, cpuPercent, memoryPercent, requestsPerTask, schedules = [] } = autoscaling;
  const problems = rangeProblems("autoscaling", autoscaling, ranges);
  for (const key of ["cpuPercent", "memoryPercent"] as const) {
    const percent = autoscaling[key];
    if (percent !== undefined && !(percent >= 1 && percent <= 100))
      problems.push({ path: `autoscaling.${key}`, message: `is ${percent}; expected 1 to 100.` });
  }
  if (requestsPerTask !== undefined && !(requestsPerTask >= 1))
    problems.push({ path: "autoscaling.requestsPerTask", message: `is ${requestsPerTask}; expected 1 or more.` });
  if (minimum > maximum) {
    problems.push({ path: "autoscaling.minimum", message: `is ${minimum}, above the maximum of ${maximum}.` });
  } else if (desiredCount < minimum || desiredCount > maximum) {
    const message = `is ${desiredCount}, outside autoscaling's ${minimum} to ${maximum}; the service is born with it.`;
    problems.push({ path: "desiredCount", message });
  }
  const targets = [cpuPercent, memoryPercent, requestsPerTask].filter((target) => target !== undefined);
  if (targets.length + schedules.length === 0) {
    const ways = "give cpuPercent, memoryPercent, requestsPerTask or schedules, or several of them";
    problems.push({ path: "autoscaling", message: `has nothing to scale by; ${ways}.` });
  }
  return [...problems, ...scheduleProblems("autoscaling.schedules", schedules)];
}

/** Scales the service. A deployment does not suspend it; its count, then, is neither Pulumi's nor the release's. */
export function autoscale(
  name: string,
  autoscaling: Autoscaling,
  { cluster, service, loadBalancer }: Scaled,
  opts: pulumi.CustomResourceOptions,
): void {
  const { schedules = [] } = autoscaling;
  const target = new aws.appautoscaling.Target(
    name,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
      minCapacity: autoscaling.minimum,
      maxCapacity: autoscaling.maximum,
    },
    {
      ...opts,
      // Each scheduled action changes these two; setting them back would wake a stack that sleeps.
      ...(schedules.length > 0 ? { ignoreChanges: ["minCapacity", "maxCapacity"] } : {}),
    },
  );
  const what = {
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
  };
  const follow = (label: string, targetValue: number | undefined, metric: Metric): void => {
    if (targetValue === undefined) return;
    new aws.appautoscaling.Policy(
      `${name}-${label}`,
      {
        ...what,
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
          targetValue,
          scaleInCooldown: autoscaling.scaleInCooldownSeconds ?? defaultCooldownSeconds,
          scaleOutCooldown: autoscaling.scaleOutCooldownSeconds ?? defaultCooldownSeconds,
          ...metric,
        },
      },
      opts,
    );
  };
  const predefined = (predefinedMetricType: string) => ({ predefinedMetricSpecification: { predefinedMetricType } });
  follow("cpu", autoscaling.cpuPercent, predefined(metrics.cpuPercent));
  follow("memory", autoscaling.memoryPercent, predefined(metrics.memoryPercent));
  follow("requests", autoscaling.requestsPerTask, { customizedMetricSpecification: requestsPerTask(loadBalancer) });
  for (const schedule of schedules) scheduledAction(name, schedule, what, opts);
}

type Metric = Pick<
  aws.types.input.appautoscaling.PolicyTargetTrackingScalingPolicyConfiguration,
  "predefinedMetricSpecification" | "customizedMetricSpecification"
>;

/**
 * Requests a minute that each live task gets, whichever of the two target groups it is in. The predefined metric for it
 * names one target group, and "is not supported for the blue/green deployment type" (ECS developer guide,
 * service-autoscaling-targettracking). Each group's own figure is its share of the requests by as many tasks as the other
 * has, so the two add up during a shift too; a group without requests reports nothing, which counts as 0 in a sum
 * (CloudWatch user guide, using-metric-math).
 */
function requestsPerTask({ loadBalancer, blue, green }: BlueGreenLoadBalancer) {
  const groups = Object.entries({ blue, green });
  return {
    metrics: [
      ...groups.map(([id, group]) => ({
        id,
        metricStat: {
          metric: {
            namespace: "AWS/ApplicationELB",
            metricName: "RequestCountPerTarget",
            dimensions: [
              { name: "LoadBalancer", value: loadBalancer.arnSuffix },
              { name: "TargetGroup", value: group.arnSuffix },
            ],
          },
          // The only one that means something. Source: ALB user guide, load-balancer-cloudwatch-metrics.
          stat: "Sum",
        },
        returnData: false,
      })),
      { id: "requests", label: "Requests per task", expression: "blue + green", returnData: true },
    ],
  };
}
