import { misshapen, type Shape } from "./shape";

/** One call of CodePipeline's Lambda action. Source: CodePipeline user guide, action-reference-Lambda. */
export interface Job {
  readonly kind: "job";
  readonly id: string;
  readonly pipelineExecutionId: string;
  /** The zip with taskdef.json and service.json. */
  readonly template: ArtifactLocation;
  /** The zip with imageDetail.json. */
  readonly image: ArtifactLocation;
  /** What the call before this one left for it; undefined in the first. */
  readonly continuationToken: string | undefined;
}

export interface ArtifactLocation {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
}

/** EventBridge's word that a run is stopped. Source: CodePipeline user guide, detect-state-changes-cloudwatch-events. */
export interface StoppedRun {
  readonly kind: "stopped";
  readonly pipelineExecutionId: string;
}

/** A job's event as far as this function reads it; it also holds credentials, which are neither used nor logged. */
interface JobEvent {
  readonly id: string;
  readonly data: {
    readonly actionConfiguration: { readonly configuration: { readonly UserParameters?: string } };
    readonly inputArtifacts: readonly {
      readonly name: string;
      readonly location: { readonly s3Location: { readonly bucketName: string; readonly objectKey: string } };
    }[];
    readonly continuationToken?: string | null;
  };
}

interface UserParameters {
  readonly pipelineExecutionId?: string;
  readonly templateArtifact?: string;
  readonly imageArtifact?: string;
}

const jobShape: Shape = {
  id: "string",
  data: {
    actionConfiguration: { configuration: { UserParameters: "string" } },
    inputArtifacts: [{ name: "string", location: { s3Location: { bucketName: "string", objectKey: "string" } } }],
  },
};

const parametersShape: Shape = { pipelineExecutionId: "string", templateArtifact: "string", imageArtifact: "string" };

/** The id of a job to which an answer is owed, whatever else its event says. */
export function jobIdOf(event: unknown): string | undefined {
  const id = (event as { "CodePipeline.job"?: { id?: unknown } } | null)?.["CodePipeline.job"]?.id;
  return typeof id === "string" ? id : undefined;
}

/** Throws for what is neither, and for a job that is not configured as the stack configures it. */
export function parseEvent(event: unknown): Job | StoppedRun {
  const { "CodePipeline.job": job, detail } = (event ?? {}) as {
    "CodePipeline.job"?: JobEvent;
    detail?: { readonly "execution-id"?: string; readonly state?: string };
  };
  if (job) return parseJob(job);
  const executionId = detail?.["execution-id"];
  if (executionId !== undefined && /^STOPP(ING|ED)$/.test(detail?.state ?? "")) {
    return { kind: "stopped", pipelineExecutionId: executionId };
  }
  throw new Error("neither a job of CodePipeline nor the word that a run is stopped");
}

function parseJob(job: JobEvent): Job {
  require(job, jobShape, "the job");
  const { id, data } = job;
  const text = data?.actionConfiguration?.configuration?.UserParameters ?? "";
  const { pipelineExecutionId, templateArtifact, imageArtifact } = userParameters(text);
  if (!pipelineExecutionId) throw new Error("UserParameters: names no pipelineExecutionId");
  const artifact = (name: string | undefined): ArtifactLocation => {
    const found = data.inputArtifacts?.find((it) => it.name === name);
    if (!found) throw new Error(`UserParameters: the action has no input artifact "${String(name)}"`);
    const { bucketName, objectKey } = found.location?.s3Location ?? {};
    if (!bucketName || !objectKey) throw new Error(`the job: input artifact "${found.name}" is not in S3`);
    return { name: found.name, bucket: bucketName, key: objectKey };
  };
  return {
    kind: "job",
    id,
    pipelineExecutionId,
    template: artifact(templateArtifact),
    image: artifact(imageArtifact),
    continuationToken: data.continuationToken ?? undefined,
  };
}

function userParameters(text: string): UserParameters {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`UserParameters: not JSON (${(error as Error).message})`, { cause: error });
  }
  require(value, parametersShape, "UserParameters");
  return value as UserParameters;
}

function require(value: unknown, shape: Shape, what: string): void {
  const [problem] = misshapen(value, shape);
  if (problem) throw new Error(`${what}: ${problem}`);
}
