import type { ServiceDeployment } from "@aws-sdk/client-ecs";
import type { Answer } from "./answer";
import type { Config } from "./config";
import { describe, hasEnded, isRunning, recentDeployments, stopDeployment } from "./deployments";
import type { Job } from "./event";
import { isStopped } from "./run";
import { type Token, writeToken } from "./token";

/** ECS lists a deployment moments after the update; one that is not there by then never was. */
const longestSearchMs = 600_000;

/** A later call: how the deployment goes. It is rolled back when its run has been stopped, and is then followed to that end. */
export async function follow(job: Job, token: Token, config: Config): Promise<Answer> {
  const deploymentArn = token.deploymentArn ?? (await find(token, config));
  if (deploymentArn === undefined) {
    const { taskDefinitionArn, startedAtMs } = token;
    if (Date.now() - startedAtMs < longestSearchMs) {
      return {
        status: "continue",
        token: writeToken(token),
        summary: `waiting for a deployment of ${taskDefinitionArn}`,
      };
    }
    return { status: "failed", reason: `ECS has no deployment of ${taskDefinitionArn}; it was not started` };
  }
  const deployment = await describe(deploymentArn);
  // EventBridge's call may have stopped the deployment before this one sees that the run is stopped, or after.
  const runIsStopped = token.stopped ?? (await isStopped(config.pipelineName, job.pipelineExecutionId));
  if (hasEnded(deployment.status)) return outcome(deployment, deploymentArn, runIsStopped);
  const stop = runIsStopped && !token.stopped && isRunning(deployment.status);
  if (stop) await stopDeployment(deploymentArn);
  const stopped = stop || token.stopped ? { stopped: true as const } : {};
  const summary = stop ? "the run was stopped; rolling its deployment back" : progress(deployment);
  return { status: "continue", token: writeToken({ ...token, deploymentArn, ...stopped }), summary, deploymentArn };
}

async function find({ taskDefinitionArn }: Token, config: Config): Promise<string | undefined> {
  const deployments = await recentDeployments(config);
  return deployments.find((it) => it.taskDefinitionArn === taskDefinitionArn)?.arn;
}

function outcome(deployment: ServiceDeployment, deploymentArn: string, runIsStopped: boolean): Answer {
  if (deployment.status === "SUCCESSFUL") {
    return { status: "succeeded", summary: "green is live, and blue has ended", deploymentArn };
  }
  const why = [...(runIsStopped ? ["the run was stopped"] : []), ...reasons(deployment)];
  const end = ends[deployment.status ?? ""] ?? String(deployment.status);
  return { status: "failed", reason: [end, ...why].join(": "), deploymentArn };
}

const ends: Readonly<Record<string, string>> = {
  ROLLBACK_SUCCESSFUL: "rolled back",
  ROLLBACK_FAILED: "the rollback failed, look at the service",
  STOPPED: "stopped",
};

function reasons({ statusReason, rollback, alarms, deploymentCircuitBreaker }: ServiceDeployment): string[] {
  const triggered = alarms?.triggeredAlarmNames ?? [];
  const broken = deploymentCircuitBreaker?.status === "TRIGGERED";
  const all = [
    rollback?.reason,
    statusReason,
    ...(triggered.length > 0 ? [`alarms fired (${triggered.join(", ")})`] : []),
    ...(broken ? [`the circuit breaker counted ${deploymentCircuitBreaker.failureCount} failures`] : []),
  ];
  return [...new Set(all.filter((reason) => reason !== undefined && reason !== ""))] as string[];
}

const continuing = "aws ecs continue-service-deployment --service-deployment-arn";

/** One line for the console: the stage, green's tasks and share of traffic, and whom it waits for. */
function progress({ status, lifecycleStage, targetServiceRevision: green, ...rest }: ServiceDeployment): string {
  if (!isRunning(status)) return [String(status), ...reasons(rest)].join(": ");
  const hook = rest.lifecycleHookDetails?.find((it) => it.status === "AWAITING_ACTION");
  const parts = [
    lifecycleStage ?? String(status),
    ...(green ? [`green runs ${green.runningTaskCount ?? 0} of ${green.requestedTaskCount ?? 0} tasks`] : []),
    ...(green ? [`has ${green.requestedProductionTrafficWeight ?? 0} % of production`] : []),
    ...(hook?.hookId
      ? [`waits for a person (${continuing} ${rest.serviceDeploymentArn} --hook-id ${hook.hookId})`]
      : []),
  ];
  return parts.join(", ");
}
