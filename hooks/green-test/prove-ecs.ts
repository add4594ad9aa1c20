import { ecs } from "../aws";
import type { Config } from "./config";
import type { EcsHook } from "./event";
import type { Prove } from "./round";
import { describeTestListener, type Endpoint, forwardedTo, groupName, locate, ruleActions } from "./test-listener";
import { requireHealthyTarget } from "./target-health";

/**
 * Proves that test traffic reaches the new service revision's own tasks, and nothing else.
 *
 * The event does not tell: at POST_TEST_TRAFFIC_SHIFT AWS's own example has no weights in it. What share of production the
 * revision has does not matter: at a service's creation there is no other.
 * Sources: ECS developer guide, deployment-lifecycle-hooks; ECS API, ServiceRevision, resolvedConfiguration.
 */
export function greenRevision(hook: EcsHook, config: Config): Prove {
  const { targetServiceRevisionArn: revision } = hook;
  if (!revision) throw new Error("the event names no executionDetails.targetServiceRevisionArn");
  return (signal) => prove(revision, config, signal);
}

async function prove(revision: string, config: Config, signal: AbortSignal): Promise<Endpoint> {
  const greenArn = await targetGroupOf(revision, signal);
  const forwarded = forwardedTo(await testActions(config, signal));
  const others = [...forwarded].filter(([arn]) => arn !== greenArn);
  if (others.length > 0) {
    const names = others.map(([arn, weight]) => `${groupName(arn)} (weight ${weight})`).join(", ");
    throw new Error(`test traffic still goes to ${names}; green is ${groupName(greenArn)}`);
  }
  if (!forwarded.has(greenArn)) {
    throw new Error(`test traffic goes to no target group; green is ${groupName(greenArn)}`);
  }
  await requireHealthyTarget(greenArn, signal);
  return locate(await describeTestListener(config.testListenerArn, signal), config, signal);
}

async function targetGroupOf(revision: string, signal: AbortSignal): Promise<string> {
  const client = await ecs();
  const options = { abortSignal: signal };
  const { serviceRevisions } = await client.describeServiceRevisions({ serviceRevisionArns: [revision] }, options);
  const arn = serviceRevisions?.[0]?.resolvedConfiguration?.loadBalancers?.[0]?.targetGroupArn;
  if (!arn) throw new Error(`${revision} names no target group for green`);
  return arn;
}

function testActions({ testListenerRuleArn }: Config, signal: AbortSignal) {
  if (!testListenerRuleArn) throw new Error("environment variable TEST_LISTENER_RULE_ARN is not set");
  return ruleActions(testListenerRuleArn, signal);
}
