import { z } from "zod";
import { port } from "../values";

const capacityProvider = z.strictObject({
  name: z.enum(["FARGATE", "FARGATE_SPOT"]),
  weight: z.number().int().min(0).max(1000),
  base: z.number().int().min(0).max(100_000).optional(),
});
const count = z.number().int().min(1).max(5000);
const percent = z.number().min(1).max(100);
const seconds = z.number().int().min(0);
const schedule = z.strictObject({
  name: z.string(),
  cron: z.string(),
  timeZone: z.string().optional(),
  minimum: z.number().int().min(0).max(5000),
  maximum: z.number().int().min(0).max(5000),
});
const autoscaling = z.strictObject({
  minimum: count,
  maximum: count,
  cpuPercent: percent.optional(),
  memoryPercent: percent.optional(),
  requestsPerTask: z.number().min(1).optional(),
  scaleInCooldownSeconds: seconds.optional(),
  scaleOutCooldownSeconds: seconds.optional(),
  schedules: z.array(schedule).optional(),
});

/** What runs: the task's size, its container and its environment. */
export const tasks = {
  cpu: z.number().int().default(256),
  memoryMiB: z.number().int().default(512),
  cpuArchitecture: z.enum(["X86_64", "ARM64"]).default("X86_64"),
  containerPort: port.default(3000),
  clusterArn: z.string().optional(),
  desiredCount: z.number().int().min(1).max(5000).default(1),
  autoscaling: autoscaling.optional(),
  capacityProviders: z.array(capacityProvider).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.record(z.string(), z.string()).default({}),
  secretKeyArns: z.array(z.string().regex(/^arn:[\w-]+:kms:/, { error: "is not the ARN of a KMS key" })).default([]),
};
