import { z } from "zod";
import { cpuArchitecture, whole } from "../values";

const capacityProvider = z.strictObject({
  name: z.enum(["FARGATE", "FARGATE_SPOT"]),
  weight: whole,
  base: whole.optional(),
});
const schedule = z.strictObject({
  name: z.string(),
  cron: z.string(),
  timeZone: z.string().optional(),
  minimum: whole,
  maximum: whole,
});
const autoscaling = z.strictObject({
  minimum: whole,
  maximum: whole,
  cpuPercent: z.number().optional(),
  memoryPercent: z.number().optional(),
  requestsPerTask: z.number().optional(),
  scaleInCooldownSeconds: whole.optional(),
  scaleOutCooldownSeconds: whole.optional(),
  schedules: z.array(schedule).optional(),
});

/** What runs: the task's size, its container and its environment. */
export const tasks = {
  cpu: whole.default(256),
  memoryMiB: whole.default(512),
  cpuArchitecture: cpuArchitecture.default("X86_64"),
  containerPort: whole.default(3000),
  clusterArn: z.string().optional(),
  desiredCount: whole.default(1),
  autoscaling: autoscaling.optional(),
  capacityProviders: z.array(capacityProvider).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.record(z.string(), z.string()).default({}),
  secretKeyArns: z.array(z.string()).default([]),
  taskPolicyArns: z.array(z.string()).default([]),
};
