import { readConfig, type Config } from "./config";
import { beforeDeadline, type LambdaContext } from "./deadline";
import { parseEvent, type CodeDeployHook, type EcsHook } from "./event";
import { createLog, describeError, type Log } from "./log";
import { greenTaskSet } from "./prove-code-deploy";
import { greenRevision } from "./prove-ecs";
import { report } from "./report";
import type { Prove } from "./round";
import { soak, type Verdict } from "./soak";

/** What ECS reads from a lifecycle hook. */
interface HookStatus {
  readonly hookStatus: "SUCCEEDED" | "FAILED";
}

/** Hooks of CodeDeploy under way or done in this container: Lambda may deliver an event twice, and a verdict is given once. */
const reports = new Map<string, Promise<Verdict>>();

/**
 * Tests green before production traffic shifts to it, for CodeDeploy (hook AfterAllowTestTraffic) and for ECS (lifecycle
 * stage POST_TEST_TRAFFIC_SHIFT). Every failure in here becomes the verdict Failed, its reason in the log; the function
 * throws only for an event that names no hook, or when CodeDeploy could not be told.
 */
export async function handler(event: unknown, context: LambdaContext): Promise<Verdict | HookStatus> {
  const hook = parse(event);
  if (hook.controller === "ECS") return answerEcs(hook, context);
  const id = hook.hookExecutionId;
  const reported = reports.get(id) ?? answerCodeDeploy(hook, context);
  reports.set(id, reported);
  // A verdict that could not be delivered is not kept: the next delivery of the event tries anew.
  reported.catch(() => reports.delete(id));
  return reported;
}

function parse(event: unknown): CodeDeployHook | EcsHook {
  try {
    return parseEvent(event);
  } catch (error) {
    createLog({})("error", describeError(error));
    throw error;
  }
}

async function answerCodeDeploy(hook: CodeDeployHook, context: LambdaContext): Promise<Verdict> {
  const log = createLog({ deploymentId: hook.deploymentId });
  const verdict = await test((config) => greenTaskSet(hook.deploymentId, config), context, log);
  await report(hook, verdict, context, log);
  return verdict;
}

async function answerEcs(hook: EcsHook, context: LambdaContext): Promise<HookStatus> {
  const { lifecycleStage, serviceDeploymentArn } = hook;
  const log = createLog({ serviceDeploymentArn, lifecycleStage });
  const { targetServiceRevisionArn: revision = "", testTrafficWeights } = hook;
  if (lifecycleStage !== "POST_TEST_TRAFFIC_SHIFT") {
    log("info", `nothing to test at ${lifecycleStage}; green is tested at POST_TEST_TRAFFIC_SHIFT`);
    return { hookStatus: "SUCCEEDED" };
  }
  // Source: ECS developer guide, blue-green-deployment-how-it-works: a weight of 0 for the target tells a rollback.
  if (testTrafficWeights[revision] === 0) {
    log("info", `rolling back from ${revision}: not blocked`);
    return { hookStatus: "SUCCEEDED" };
  }
  const verdict = await test((config) => greenRevision(hook, config), context, log);
  return { hookStatus: verdict.status === "Succeeded" ? "SUCCEEDED" : "FAILED" };
}

/** The verdict on green, whatever happens. */
async function test(proof: (config: Config) => Prove, context: LambdaContext, log: Log): Promise<Verdict> {
  let verdict: Verdict;
  // What was seen last says more about a deadline than the deadline does.
  let lastSeen = "";
  const remember: Log = (level, message, fields) => {
    lastSeen = `; last seen: ${message}`;
    log(level, message, fields);
  };
  try {
    const config = readConfig();
    const prove = proof(config);
    verdict = await beforeDeadline(context, (signal) => soak(config, prove, remember, signal));
  } catch (error) {
    verdict = { status: "Failed", reason: describeError(error) + lastSeen };
  }
  const { status, reason } = verdict;
  log(status === "Succeeded" ? "info" : "error", `${status}: ${reason}`, { verdict: status, reason });
  return verdict;
}
