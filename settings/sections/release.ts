import { z } from "zod";
import { controllerTypes } from "../../components/deployment/controller-type";
import { texts, whole } from "../values";

const check = z.strictObject({
  path: z.string().optional(),
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  expectStatus: z.union([whole, z.array(whole).min(1)], { error: "expected a status or a list of them" }).optional(),
  expectHeaders: z.record(z.string(), z.string()).optional(),
  expectBodyContains: z.string().optional(),
  expectBodyMatches: z.string().optional(),
  maxLatencyMs: whole.optional(),
});

const step = z.strictObject({ percent: whole, minutes: whole });

const alarms = z.strictObject({
  serverErrorPercent: z.number().optional(),
  latencyP99Ms: z.number().optional(),
  unhealthyTasks: z.number().optional(),
  minimumRequests: z.number().optional(),
  evaluationPeriods: z.number().optional(),
  datapointsToAlarm: z.number().optional(),
});

/** How a release goes: what tests green, how traffic shifts, what rolls it back. */
export const release = {
  controller: z.enum(controllerTypes).default("CODE_DEPLOY"),
  trafficShift: z.enum(["automatic", "approval"]).default("automatic"),
  waitMinutes: whole.default(5),
  terminationWaitMinutes: whole.default(5),
  deploymentConfigName: z.string().default("CodeDeployDefault.ECSAllAtOnce"),
  canary: step.optional(),
  linear: step.optional(),
  checks: z.array(check).default([{}]),
  deploymentCircuitBreaker: z.boolean().optional(),
  alarms: alarms.optional(),
  alarmNames: texts.default([]),
};
