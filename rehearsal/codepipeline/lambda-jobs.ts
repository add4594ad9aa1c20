import { randomUUID } from "node:crypto";
import { type AwsControlPlane, AwsError } from "../aws-endpoint/control-plane";
import type { AwsCredentials } from "../aws-endpoint/credentials";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { Pipeline, PipelineAction } from "../graph/resources";
import { account as accountId } from "../graph/aws-outputs";
import type { InvocationOutcome } from "../lambda/invoke-function";
import { orAborted, TimedOut, withinMinutes } from "../time-limit";
import { inputArtifact } from "./artifacts";
import type { PipelineExecution } from "./execution";
import type { RunStatus } from "./pipeline";

export interface LambdaJobsOptions {
  readonly pipeline: Pipeline;
  readonly invoke: (functionName: string, event: unknown, signal: AbortSignal) => Promise<InvocationOutcome>;
  /** GetPipelineExecution's status; undefined for what is no run of the pipeline's. */
  readonly statusOf: (executionId: string) => RunStatus | undefined;
  /** With which a function reads its job's artifacts. */
  readonly artifactCredentials: AwsCredentials;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

/** Minutes for the whole action, and for each answer. Source: CodePipeline user guide, limits, "AWS Lambda" and actions-invoke-lambda-function. */
const actionTimeoutMinutes = 24 * 60;
const answerTimeoutMinutes = 20;
/** A function starts no faster under a scaled clock; in real milliseconds. */
const leastAnswerMs = 10_000;
/** Until the function is called again with its token. UNSURE: AWS gives no figure. */
const nextCallSeconds = 30;
/** The same in real milliseconds, at least: each call starts a process, which must not crowd out what it looks at. */
const leastNextCallMs = 1_000;
/** Lambda tries an event that failed twice more, after a minute and two. Source: Lambda developer guide, invocation-async-error-handling. */
const retryAfterMinutes = [1, 2];

type JobResult =
  | { readonly status: "succeeded"; readonly continuationToken?: string | undefined }
  | { readonly status: "failed"; readonly reason: string };

interface Job {
  readonly answer: (result: JobResult) => void;
  answered: boolean;
}

/** The pipeline's Lambda actions: a job a call, until one is answered without a token. Source: CodePipeline user guide, action-reference-Lambda. */
export class LambdaJobs {
  private readonly jobs = new Map<string, Job>();
  private readonly objects = new Map<string, Buffer>();
  private readonly executions = new Set<string>();

  constructor(private readonly options: LambdaJobsOptions) {}

  /** Performs a Lambda action to its end. Throws with the reason when it fails. */
  async perform(action: PipelineAction, execution: PipelineExecution): Promise<undefined> {
    const { clock } = this.options;
    this.executions.add(execution.id);
    const inputArtifacts = (action.inputArtifacts ?? []).map((name) => this.store(name, execution));
    await withinMinutes(actionTimeoutMinutes, `action ${action.name}`, this.options, async (signal) => {
      for (let continuationToken: string | undefined; ;) {
        if (this.statusOf(execution.id) === "Stopped") throw new Error("the action was abandoned");
        const result = await this.call(action, { inputArtifacts, continuationToken }, signal);
        if (result.status === "failed") throw new Error(result.reason);
        continuationToken = result.continuationToken;
        if (continuationToken === undefined) return;
        await clock.wait(clock.boundMs(nextCallSeconds * 1000, leastNextCallMs) * clock.scale, signal);
      }
    }).catch((error: unknown) => {
      if (!(error instanceof TimedOut)) throw error;
      throw new Error(`action ${action.name} timed out after 24 hours`, { cause: error });
    });
    return undefined;
  }

  /** What the action's function may ask: its job's result, its run's status, its artifacts. */
  get operations(): AwsControlPlane {
    return {
      putJobSuccessResult: ({ jobId, continuationToken }) =>
        this.settle(jobId, { status: "succeeded", continuationToken }),
      putJobFailureResult: ({ jobId, failureDetails }) =>
        this.settle(jobId, { status: "failed", reason: failureDetails?.message ?? "the job failed" }),
      getPipelineExecution: ({ pipelineName, pipelineExecutionId = "" }) => {
        const status = this.statusOf(pipelineExecutionId);
        if (pipelineName === this.options.pipeline.name && status) {
          return { pipelineExecution: { pipelineName, pipelineExecutionId, status } };
        }
        throw new AwsError("PipelineExecutionNotFoundException", `${pipelineName} has no run ${pipelineExecutionId}`);
      },
      getObject: ({ Bucket, Key }) => {
        const object = this.objects.get(`${Bucket}/${Key}`);
        if (object) return object;
        throw new AwsError("NoSuchKey", `The specified key does not exist: ${Key}`, 404);
      },
    };
  }

  /** Whoever deploys without a run is never stopped. */
  private statusOf(executionId: string): RunStatus | undefined {
    return this.options.statusOf(executionId) ?? (this.executions.has(executionId) ? "InProgress" : undefined);
  }

  private settle(jobId: string | undefined, result: JobResult): void {
    const job = this.jobs.get(jobId ?? "");
    if (!job) throw new AwsError("JobNotFoundException", `there is no job ${jobId}`);
    if (job.answered) throw new AwsError("InvalidJobStateException", `job ${jobId} has its result already`);
    job.answered = true;
    job.answer(result);
  }

  private async call(
    { name, configuration }: PipelineAction,
    data: { readonly inputArtifacts: readonly object[]; readonly continuationToken: string | undefined },
    signal: AbortSignal,
  ): Promise<JobResult> {
    const id = randomUUID();
    let job!: Job;
    const result = new Promise<JobResult>((answer) => (job = { answer, answered: false }));
    this.jobs.set(id, job);
    const { artifactCredentials } = this.options;
    const event = {
      "CodePipeline.job": {
        id,
        accountId,
        data: { actionConfiguration: { configuration }, outputArtifacts: [], artifactCredentials, ...data },
      },
    };
    const over = new AbortController();
    const context = { ...this.options, signal: AbortSignal.any([signal, this.options.signal]), leastMs: leastAnswerMs };
    let ending = "";
    const invoked = this.invoke(configuration.FunctionName ?? "", event, job, AbortSignal.any([signal, over.signal]));
    invoked.then(
      (text) => (ending = text),
      (error: Error) => (ending = error.message),
    );
    try {
      return await withinMinutes(answerTimeoutMinutes, `action ${name}`, context, (limited) =>
        orAborted(result, limited),
      );
    } catch (error) {
      over.abort(error);
      if (!(error instanceof TimedOut) || signal.aborted) throw error;
      throw new Error(`action ${name}: its function gave no answer within ${answerTimeoutMinutes} minutes: ${ending}`, {
        cause: error,
      });
    } finally {
      job.answered = true;
    }
  }

  /** Invokes the function, again while it fails; returns how that ended, for people. */
  private async invoke(functionName: string, event: unknown, job: Job, signal: AbortSignal): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.options.invoke(functionName, event, signal);
      const minutes = retryAfterMinutes[attempt];
      if (outcome.status === "returned" || job.answered || minutes === undefined) return endingOf(outcome);
      await this.options.clock.wait(minutes * 60_000, signal);
    }
  }

  private store(name: string, execution: PipelineExecution): object {
    const bucketName = this.options.pipeline.artifactStores[0]!.location;
    // CodePipeline shortens both names. Source: CodePipeline user guide, troubleshooting; the lengths are from keys in public logs.
    const objectKey = `${this.options.pipeline.name.slice(0, 20)}/${name.slice(0, 10)}/${execution.id}`;
    this.objects.set(`${bucketName}/${objectKey}`, inputArtifact(execution, name).zip);
    return { name, revision: null, location: { type: "S3", s3Location: { bucketName, objectKey } } };
  }
}

function endingOf(outcome: InvocationOutcome): string {
  if (outcome.status === "threw") return `it threw ${outcome.errorType}: ${outcome.errorMessage}`;
  return outcome.status === "returned" ? "it returned without one" : `it ${outcome.status}`;
}
