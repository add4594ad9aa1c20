import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./problems";

/** How many tasks run, by what they do; at least one of the targets. */
export interface Autoscaling {
  /** Fewest tasks. */
  readonly minimum: number;
  /** Most tasks. */
  readonly maximum: number;
  /** CPU of all tasks together that is aimed at, in percent of what they have. @default not looked at */
  readonly cpuPercent?: number;
  /** Memory likewise. @default not looked at */
  readonly memoryPercent?: number;
}

/** Source: Application Auto Scaling API, PredefinedMetricSpecification. */
const metrics = {
  cpuPercent: "ECSServiceAverageCPUUtilization",
  memoryPercent: "ECSServiceAverageMemoryUtilization",
} as const;

/** What is wrong with the autoscaling of a service that is born with `desiredCount` tasks. */
export function autoscalingProblems(autoscaling: Autoscaling | undefined, desiredCount: number): Problem[] {
  if (!autoscaling) return [];
  const { minimum, maximum, cpuPercent, memoryPercent } = autoscaling;
  const problems: Problem[] = [];
  if (minimum > maximum) {
    problems.push({ path: "autoscaling.minimum", message: `is ${minimum}, above the maximum of ${maximum}.` });
  } else if (desiredCount < minimum || desiredCount > maximum) {
    const message = `is ${desiredCount}, outside autoscaling's ${minimum} to ${maximum}; the service is born with it.`;
    problems.push({ path: "desiredCount", message });
  }
  if (cpuPercent === undefined && memoryPercent === undefined) {
    problems.push({ path: "autoscaling", message: "has no target; give cpuPercent, memoryPercent or both." });
  }
  return problems;
}

/** Scales the service. A deployment does not suspend it; its count, then, is neither Pulumi's nor the release's. */
export function autoscale(
  name: string,
  autoscaling: Autoscaling,
  { cluster, service }: { readonly cluster: aws.ecs.Cluster; readonly service: aws.ecs.Service },
  opts: pulumi.CustomResourceOptions,
): void {
  const target = new aws.appautoscaling.Target(
    name,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
      minCapacity: autoscaling.minimum,
      maxCapacity: autoscaling.maximum,
    },
    opts,
  );
  for (const [key, predefinedMetricType] of Object.entries(metrics)) {
    const targetValue = autoscaling[key as keyof typeof metrics];
    if (targetValue === undefined) continue;
    new aws.appautoscaling.Policy(
      `${name}-${key.replace("Percent", "")}`,
      {
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          targetValue,
          predefinedMetricSpecification: { predefinedMetricType },
        },
      },
      opts,
    );
  }
}
