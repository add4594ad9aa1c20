import { z } from "zod";
import { allAtOnce, canary, linear, type ShiftStep } from "../blue-green/shift-steps";
import { lifecycleStages } from "./lifecycle";

/** The stages that take hooks. */
export const hookStages = lifecycleStages.filter((stage) => !["SCALE_UP", "BAKE_TIME", "CLEAN_UP"].includes(stage));
const pauseStages = hookStages.filter((stage) => !["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"].includes(stage));

/** Source: ECS developer guide, deployment-lifecycle-hooks. */
const lambdaHook = z.strictObject({
  targetType: z.literal("AWS_LAMBDA").default("AWS_LAMBDA"),
  hookTargetArn: z.string(),
  roleArn: z.string(),
  lifecycleStages: z.array(z.enum(hookStages)).min(1),
  hookDetails: z.record(z.string(), z.unknown()).optional(),
});

/** Source: ECS developer guide, pause-lifecycle-hooks, "Configuration fields". */
const pauseHook = z.strictObject({
  targetType: z.literal("PAUSE"),
  lifecycleStages: z.array(z.enum(pauseStages)).min(1),
  timeoutConfiguration: z
    .strictObject({
      timeoutInMinutes: z.int().min(1).max(20_160).default(1440),
      action: z.enum(["ROLLBACK", "CONTINUE"]).default("ROLLBACK"),
    })
    .prefault({}),
});

const minutes = z.int().min(0).max(1440);
const detection = { enable: z.boolean(), rollback: z.boolean() };

/** UpdateService's `deploymentConfiguration`, as AWS bounds and completes it. Source: ECS API reference. */
export const deploymentConfiguration = z
  .strictObject({
    strategy: z.enum(["BLUE_GREEN", "CANARY", "LINEAR"]),
    maximumPercent: z.int().optional(),
    minimumHealthyPercent: z.int().optional(),
    bakeTimeInMinutes: minutes.default(0),
    canaryConfiguration: z
      .strictObject({
        canaryPercent: z.number().min(0.1).max(100).default(5),
        canaryBakeTimeInMinutes: minutes.default(10),
      })
      .optional(),
    linearConfiguration: z
      .strictObject({ stepPercent: z.number().min(3).max(100).default(10), stepBakeTimeInMinutes: minutes.default(6) })
      .optional(),
    lifecycleHooks: z.array(z.union([pauseHook, lambdaHook])).default([]),
    alarms: z.strictObject({ alarmNames: z.array(z.string()), ...detection }).optional(),
    deploymentCircuitBreaker: z.strictObject(detection).optional(),
  })
  .check(({ value, issues }) => {
    for (const type of ["PAUSE", "AWS_LAMBDA"] as const) {
      const count = value.lifecycleHooks.filter(({ targetType }) => targetType === type).length;
      if (count > 10)
        issues.push({ code: "custom", input: count, message: `at most 10 ${type} hooks; found ${count}` });
    }
    const wrong = [
      ...(value.canaryConfiguration && value.strategy !== "CANARY" ? ["canaryConfiguration"] : []),
      ...(value.linearConfiguration && value.strategy !== "LINEAR" ? ["linearConfiguration"] : []),
    ];
    for (const name of wrong) issues.push({ code: "custom", input: value, message: `${name} with ${value.strategy}` });
  });

export type DeploymentConfiguration = z.output<typeof deploymentConfiguration>;
export type LifecycleHook = DeploymentConfiguration["lifecycleHooks"][number];
export type LambdaHook = Extract<LifecycleHook, { targetType: "AWS_LAMBDA" }>;
export type PauseHook = Extract<LifecycleHook, { targetType: "PAUSE" }>;

/** Production's shift in steps; nothing is waited for after the last, which is all of it. */
export function shiftSteps(configuration: DeploymentConfiguration): readonly ShiftStep[] {
  const { strategy, canaryConfiguration, linearConfiguration } = configuration;
  if (strategy === "CANARY") {
    return canary(canaryConfiguration?.canaryPercent ?? 5, canaryConfiguration?.canaryBakeTimeInMinutes ?? 10);
  }
  if (strategy === "LINEAR") {
    return linear(linearConfiguration?.stepPercent ?? 10, linearConfiguration?.stepBakeTimeInMinutes ?? 6);
  }
  return [allAtOnce];
}
