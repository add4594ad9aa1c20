import type { ECSTaskSet } from "@aws-sdk/client-codedeploy";
import { codeDeploy } from "../aws";
import type { Config } from "./config";
import type { Prove } from "./round";
import { requireHealthyTarget } from "./target-health";
import { describeTestListener, type Endpoint, forwardedTo, groupName, locate, ruleActions } from "./test-listener";

/**
 * Proves that the test listener answers with this deployment's own green tasks, and with nothing else.
 *
 * Until AllowTestTraffic, and whenever a deployment has gone wrong, the test listener serves the tasks that are live already;
 * testing those proves nothing.
 * Source: CodeDeploy user guide, reference-appspec-file-structure-hooks.
 */
export function greenTaskSet(deploymentId: string, config: Config): Prove {
  return (signal) => prove(deploymentId, config, signal);
}

async function prove(deploymentId: string, config: Config, signal: AbortSignal): Promise<Endpoint> {
  const { green, blue } = await taskSets(deploymentId, signal);
  const greenGroup = green.targetGroup?.name;
  if (!greenGroup) throw new Error(`deployment ${deploymentId} names no target group for green`);
  if (greenGroup === blue?.targetGroup?.name) throw new Error(`green and blue are both in target group ${greenGroup}`);
  if (!green.runningCount) throw new Error(`no green task is running (task set ${green.status ?? "unknown"})`);

  const listener = await describeTestListener(config.testListenerArn, signal);
  const rule = config.testListenerRuleArn;
  const actions = rule === undefined ? (listener.DefaultActions ?? []) : await ruleActions(rule, signal);
  const forwarded = [...forwardedTo(actions)];
  const others = forwarded.filter(([arn]) => groupName(arn) !== greenGroup);
  if (others.length > 0) {
    const names = others.map(([arn, weight]) => `${groupName(arn)} (weight ${weight})`).join(", ");
    throw new Error(`the test listener still forwards to ${names}; green is ${greenGroup}`);
  }
  const greenArn = forwarded[0]?.[0];
  if (!greenArn) throw new Error(`the test listener forwards to no target group; green is ${greenGroup}`);
  await requireHealthyTarget(greenArn, signal);
  return locate(listener, config, signal);
}

async function taskSets(deploymentId: string, signal: AbortSignal) {
  const client = await codeDeploy();
  const options = { abortSignal: signal };
  const { targetIds } = await client.listDeploymentTargets({ deploymentId }, options);
  const { deploymentTargets = [] } = await client.batchGetDeploymentTargets({ deploymentId, targetIds }, options);
  const sets = deploymentTargets.flatMap(({ ecsTarget }) => ecsTarget?.taskSetsInfo ?? []);
  const labelled = (label: ECSTaskSet["taskSetLabel"]) => sets.find((set) => set.taskSetLabel === label);
  const green = labelled("Green");
  if (!green) throw new Error(`deployment ${deploymentId} has no green task set`);
  return { green, blue: labelled("Blue") };
}
