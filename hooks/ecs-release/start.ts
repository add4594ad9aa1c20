import type { LoadBalancer, UpdateServiceRequest } from "@aws-sdk/client-ecs";
import { cloudWatch, ecs, worthAnotherAttempt } from "../aws";
import { describeError } from "../log";
import type { Answer } from "./answer";
import { readFiles } from "./artifacts";
import type { Config } from "./config";
import { hasEnded, isFor, recentDeployments, tagKeys } from "./deployments";
import type { Job } from "./event";
import { fill, type Release } from "./fill";
import { isStopped } from "./run";
import { imageFile, serviceUpdateFile, taskDefinitionFile } from "./template-files";
import { writeToken } from "./token";
import { LeftOut, sendingWhole } from "./whole";

/**
 * The first call: registers the release's task definition and starts its deployment; refuses, with the reason, what must not
 * start. Called again for the same job it finds the deployment that it started, since UpdateService takes no client token.
 */
export async function start(job: Job, config: Config): Promise<Answer> {
  const release = fill({
    ...(await readFiles(job.template, [taskDefinitionFile, serviceUpdateFile])),
    ...(await readFiles(job.image, [imageFile])),
  });
  for (const deployment of await recentDeployments(config)) {
    if (await isFor("job", job.id, deployment)) return follows(deployment.taskDefinitionArn, release.image);
    if (hasEnded(deployment.status)) continue;
    const reason = `${config.service} is being deployed already (${deployment.arn}, ${deployment.status})`;
    return { status: "failed", reason: `${reason}; release again when that has ended` };
  }
  const firing = await firingAlarms(release.alarmNames);
  if (firing.length > 0) {
    const alarms = firing.join(", ");
    // ECS would not look at any alarm in a deployment that starts while one fires. Source: ECS developer guide, deployment-alarm-failure.
    return { status: "failed", reason: `no release starts while an alarm of it fires: ${alarms}` };
  }
  if (await isStopped(config.pipelineName, job.pipelineExecutionId)) {
    return { status: "failed", reason: "the run was stopped before its deployment started" };
  }
  const taskDefinitionArn = await register(release, job);
  try {
    await update(release.serviceUpdate(taskDefinitionArn));
  } catch (error) {
    // Without an answer it may have started all the same: the next call looks for it.
    if (error instanceof LeftOut || !worthAnotherAttempt(error)) throw error;
    return follows(taskDefinitionArn, `${release.image}; ECS did not answer: ${describeError(error)}`);
  }
  return follows(taskDefinitionArn, release.image);
}

function follows(taskDefinitionArn: string, image: string): Answer {
  const token = writeToken({ taskDefinitionArn, startedAtMs: Date.now() });
  return { status: "continue", token, summary: `deploying ${image}` };
}

async function firingAlarms(alarmNames: readonly string[]): Promise<string[]> {
  if (alarmNames.length === 0) return [];
  const client = await cloudWatch();
  const { MetricAlarms = [], CompositeAlarms = [] } = await client.describeAlarms({
    AlarmNames: [...alarmNames],
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
    StateValue: "ALARM",
  });
  return [...MetricAlarms, ...CompositeAlarms].flatMap(({ AlarmName }) => AlarmName ?? []);
}

async function register({ taskDefinition }: Release, job: Job): Promise<string> {
  const client = sendingWhole(await ecs());
  const tags = [
    ...(taskDefinition.tags ?? []),
    { key: tagKeys.job, value: job.id },
    { key: tagKeys.run, value: job.pipelineExecutionId },
  ];
  const { taskDefinition: registered } = await client.registerTaskDefinition({ ...taskDefinition, tags });
  return registered!.taskDefinitionArn!;
}

async function update(request: UpdateServiceRequest): Promise<void> {
  const client = sendingWhole(await ecs());
  const { services = [] } = await client.describeServices({ cluster: request.cluster, services: [request.service!] });
  const { loadBalancers, ...rest } = request;
  // ECS alternates the two groups by itself; told again which is blue, it is reported to deploy to the live one
  // (hashicorp/terraform-provider-aws#45678).
  const known = sameLoadBalancers(services[0]?.loadBalancers ?? [], loadBalancers ?? []);
  await client.updateService(known ? rest : request);
}

/** Whether both say the same, whichever of the two groups is blue. */
function sameLoadBalancers(live: readonly LoadBalancer[], wanted: readonly LoadBalancer[]): boolean {
  return JSON.stringify(live.map(comparable)) === JSON.stringify(wanted.map(comparable));
}

function comparable({ targetGroupArn, containerName, containerPort, advancedConfiguration }: LoadBalancer) {
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn } = advancedConfiguration ?? {};
  const groups = [targetGroupArn, alternateTargetGroupArn].sort();
  return [groups, containerName, containerPort, productionListenerRule, testListenerRule, roleArn];
}
