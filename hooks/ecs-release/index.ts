import { worthAnotherAttempt } from "../aws";
import { createLog, describeError, type Log } from "../log";
import { type Answer, give } from "./answer";
import { type Config, readConfig } from "./config";
import { isFor, isRunning, recentDeployments, stopDeployment } from "./deployments";
import { type Job, jobIdOf, parseEvent, type StoppedRun } from "./event";
import { follow } from "./follow";
import { start } from "./start";
import { readToken } from "./token";

/**
 * Deploys a release to an ECS service that ECS itself deploys (controller ECS), as the Lambda action of a pipeline.
 *
 * CodePipeline calls it for one job again and again, each time with the token that the call before gave, until an answer
 * comes without one. EventBridge calls it when a run is stopped, so that a run that is abandoned takes its deployment along.
 * Every failure in a job becomes the job's failure, with its reason; it throws only where AWS could not be told, and for an
 * event that is neither. The event holds credentials, and is not logged.
 */
export async function handler(event: unknown): Promise<void> {
  const jobId = jobIdOf(event);
  const log = createLog({ jobId });
  if (jobId === undefined) return stop(parseEvent(event) as StoppedRun, readConfig(), log);
  await give(jobId, await answer(event, log), log);
}

async function answer(event: unknown, log: Log): Promise<Answer> {
  let token: string | undefined;
  try {
    const job = parseEvent(event) as Job;
    token = job.continuationToken;
    const config = readConfig();
    return token === undefined ? await start(job, config) : await follow(job, readToken(token), config);
  } catch (error) {
    const reason = describeError(error);
    if (token === undefined) return { status: "failed", reason };
    if (!("$metadata" in (error as Error)) || !worthAnotherAttempt(error)) {
      return { status: "failed", reason: `the deployment goes on, but cannot be followed: ${reason}` };
    }
    log("error", reason);
    return { status: "continue", token, summary: `could not look at the deployment, and will again: ${reason}` };
  }
}

async function stop({ pipelineExecutionId }: StoppedRun, config: Config, log: Log): Promise<void> {
  for (const deployment of await recentDeployments(config)) {
    if (!isRunning(deployment.status) || !(await isFor("run", pipelineExecutionId, deployment))) continue;
    log("info", `run ${pipelineExecutionId} is stopped; rolling back its deployment`, { deployment: deployment.arn });
    await stopDeployment(deployment.arn);
    return;
  }
  log("info", `run ${pipelineExecutionId} is stopped; it has no deployment under way`);
}
