import { z } from "zod";
import { hookProblems } from "../../components/green-test-hook";
import { durationProblems, longestWaits } from "../../components/controller-problems";
import { controllerTypes } from "../../components/deployment-controller";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";
import { minutes, names, urlPath } from "../values";

const status = z.number().int().min(100).max(599);
const check = z.strictObject({
  path: urlPath,
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  expectStatus: z.union([status, z.array(status).min(1)], { error: "expected a status or a list of them" }).optional(),
  expectHeaders: z.record(z.string(), z.string()).optional(),
  expectBodyContains: z.string().optional(),
  expectBodyMatches: z.string().refine(isRegExp, { error: "is not a regular expression" }).optional(),
  maxLatencyMs: z.number().int().min(1).max(60_000).optional(),
});

const step = z.strictObject({ percent: z.number().int().min(1).max(99), minutes: z.number().int().min(1) });

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
  waitMinutes: minutes.default(5),
  terminationWaitMinutes: minutes.default(5),
  deploymentConfigName: z.string().min(1).default("CodeDeployDefault.ECSAllAtOnce"),
  canary: step.optional(),
  linear: step.optional(),
  checks: z
    .array(check)
    .min(1)
    .default([{ path: "/" }]),
  deploymentCircuitBreaker: z.boolean().optional(),
  alarms: alarms.optional(),
  alarmNames: names.default([]),
};

export function releaseProblems(settings: Given): Problem[] {
  const { controller = "CODE_DEPLOY", trafficShift, waitMinutes = 5, terminationWaitMinutes = 5 } = settings;
  const release = { ...settings, controller, terminationWaitMinutes };
  // The service itself judges the other waits.
  const problems = durationProblems(release, 0).length > 0 ? [] : durationProblems(release, waitMinutes);
  if (trafficShift !== "approval") return [...hookProblems(waitMinutes, controller), ...problems];
  const { name, approval } = longestWaits[controller];
  if (waitMinutes >= 1 && waitMinutes <= approval) return problems;
  const message = `is ${waitMinutes}; ${name} waits 1 to ${approval} minutes for a person.`;
  return [{ path: "waitMinutes", message }, ...problems];
}

function isRegExp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
