import { readConfig, type Config } from "./config";
import { beforeDeadline, type LambdaContext } from "./deadline";
import { parseEvent, type CodeDeployHook, type EcsHook } from "./event";
import { createLog, describeError, type Log } from "../log";
import { greenTaskSet } from "./prove-code-deploy";
import { greenRevision } from "./prove-ecs";
import { report } from "./report";
import type { Prove } from "./round";
import { soak, type Verdict } from "./soak";

/** What ECS reads from a lifecycle hook. Source: ECS developer guide, deployment-lifecycle-hooks. */
type HookStatus =
  | { readonly hookStatus: "SUCCEEDED" | "FAILED" }
  /** Invoke again after so many seconds, with these details in the event. */
  | {
      readonly hookStatus: "IN_PROGRESS";
      readonly callBackDelay: number;
      readonly hookDetails: { readonly testedSeconds: number };
    };

/** Of a long test, what one invocation does: well below Lambda's 15 minutes. */
const longestTurnSeconds = 600;

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
  const whole = (config: Config) => ({
    prove: greenTaskSet(hook.deploymentId, config),
    waitSeconds: config.waitSeconds,
  });
  const verdict = await test(whole, context, log);
  await report(hook, verdict, context, log);
  return verdict;
}

/**
 * A rollback and a service's creation are not blocked: a rollback does not come through this stage, and at a creation the
 * first revision is tested as any other.
 */
async function answerEcs(hook: EcsHook, context: LambdaContext): Promise<HookStatus> {
  const { lifecycleStage, serviceDeploymentArn, testedSeconds } = hook;
  const log = createLog({ serviceDeploymentArn, lifecycleStage });
  if (lifecycleStage !== "POST_TEST_TRAFFIC_SHIFT") {
    log("info", `nothing to test at ${lifecycleStage}; green is tested at POST_TEST_TRAFFIC_SHIFT`);
    return { hookStatus: "SUCCEEDED" };
  }
  let restSeconds = 0;
  const turn = (config: Config) => {
    restSeconds = config.waitSeconds - testedSeconds;
    return { prove: greenRevision(hook, config), waitSeconds: Math.min(restSeconds, longestTurnSeconds) };
  };
  const { status } = await test(turn, context, log);
  if (status === "Failed") return { hookStatus: "FAILED" };
  if (restSeconds <= longestTurnSeconds) return { hookStatus: "SUCCEEDED" };
  const hookDetails = { testedSeconds: testedSeconds + longestTurnSeconds };
  log("info", `green has passed for ${hookDetails.testedSeconds} s; its test goes on`, hookDetails);
  return { hookStatus: "IN_PROGRESS", callBackDelay: 1, hookDetails };
}

/** What one invocation does. */
interface Turn {
  readonly prove: Prove;
  readonly waitSeconds: number;
}

/** The verdict on green, whatever happens. */
async function test(plan: (config: Config) => Turn, context: LambdaContext, log: Log): Promise<Verdict> {
  let verdict: Verdict;
  // What was seen last says more about a deadline than the deadline does.
  let lastSeen = "";
  const remember: Log = (level, message, fields) => {
    lastSeen = `; last seen: ${message}`;
    log(level, message, fields);
  };
  try {
    verdict = await beforeDeadline(context, async (signal) => {
      const config = await readConfig(signal);
      const { prove, waitSeconds } = plan(config);
      return soak({ ...config, waitSeconds }, prove, remember, signal);
    });
  } catch (error) {
    verdict = { status: "Failed", reason: describeError(error) + lastSeen };
  }
  const { status, reason } = verdict;
  log(status === "Succeeded" ? "info" : "error", `${status}: ${reason}`, { verdict: status, reason });
  return verdict;
}
