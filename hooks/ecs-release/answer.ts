import { codePipeline } from "../aws";
import { describeError, type Log } from "../log";

/** What a call says to CodePipeline. */
export type Answer =
  /** Call again, with this token. */
  | { readonly status: "continue"; readonly token: string; readonly summary: string; readonly deploymentArn?: string }
  | { readonly status: "succeeded"; readonly summary: string; readonly deploymentArn: string }
  | { readonly status: "failed"; readonly reason: string; readonly deploymentArn?: string };

/** Source: CodePipeline API, FailureDetails and ExecutionDetails. */
const longest = { reason: 5000, summary: 2048 };

/**
 * Gives a job's answer. A job that CodePipeline does not wait for any more (its run was abandoned, or it has an answer) is
 * not an error; any other is thrown, and Lambda calls again.
 */
export async function give(jobId: string, answer: Answer, log: Log): Promise<void> {
  const client = await codePipeline();
  const { deploymentArn: externalExecutionId } = answer;
  const text = answer.status === "failed" ? answer.reason : answer.summary;
  log(answer.status === "failed" ? "error" : "info", text, { answer: answer.status, deployment: externalExecutionId });
  try {
    if (answer.status === "failed") {
      const message = answer.reason.slice(0, longest.reason);
      const failureDetails = { type: "JobFailed" as const, message, externalExecutionId };
      await client.putJobFailureResult({ jobId, failureDetails });
    } else {
      const executionDetails = { summary: answer.summary.slice(0, longest.summary), externalExecutionId };
      const continuationToken = answer.status === "continue" ? answer.token : undefined;
      await client.putJobSuccessResult({ jobId, executionDetails, continuationToken });
    }
  } catch (error) {
    if (!/^(InvalidJobState|JobNotFound)Exception$/.test((error as Error).name)) throw error;
    log("info", `CodePipeline does not wait for this answer any more: ${describeError(error)}`);
  }
}
