import { bundleEcsRelease } from "../../../components/hook-bundle";
import { startAwsEndpoint } from "../../../rehearsal/aws-endpoint/endpoint";
import { Clock } from "../../../rehearsal/clock";
import { Timeline } from "../../../rehearsal/events";
import { type InvocationOutcome, invokeFunction } from "../../../rehearsal/lambda/invoke-function";
import { FakeRelease, pipelineExecutionId } from "./fake-release";
import { unpack } from "./hook-code";

export interface ReleaseFunction {
  readonly aws: FakeRelease;
  /** What the function has printed. */
  readonly log: string[];
  /** One call of CodePipeline for a job, with the token that the last call left. */
  readonly call: (jobId?: string) => Promise<InvocationOutcome>;
  /** EventBridge's word that a run is stopped. */
  readonly stopRun: (executionId?: string) => Promise<InvocationOutcome>;
  readonly invoke: (event: unknown) => Promise<InvocationOutcome>;
  readonly close: () => Promise<void>;
}

/** The bundled function in processes of its own, and AWS behind a socket. */
export async function rehearseRelease(): Promise<ReleaseFunction> {
  const aws = new FakeRelease();
  const endpoint = await startAwsEndpoint({ controlPlane: aws, artifactCredentials });
  const code = await unpack({ "index.js": await bundleEcsRelease() });
  const log: string[] = [];
  const invoke = (event: unknown) => {
    const timeline = new Timeline(new Clock(1));
    timeline.on(({ text, detail }) => log.push(`${text} ${JSON.stringify(detail)}`));
    return invokeFunction({
      functionName: "release",
      codeDirectory: code.directory,
      handler: "index.handler",
      environment: { PIPELINE_NAME: "demo", CLUSTER_NAME: "demo", SERVICE_NAME: "demo" },
      timeoutSeconds: 120,
      event,
      awsEndpoint: endpoint,
      clock: timeline.clock,
      timeline,
    });
  };
  return {
    aws,
    log,
    invoke,
    call: (jobId = "job-1") => invoke(jobEvent(jobId, aws.successes.at(-1)?.continuationToken)),
    stopRun: (executionId = pipelineExecutionId) =>
      invoke({
        source: "aws.codepipeline",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        detail: { pipeline: "demo", "execution-id": executionId, state: "STOPPING" },
      }),
    close: async () => {
      await Promise.all([endpoint.close(), code.remove()]);
    },
  };
}

export const secretKey = "the-secret-of-the-job's-credentials";
const artifactCredentials = { accessKeyId: "key", secretAccessKey: secretKey, sessionToken: "token" };

/** Source: CodePipeline user guide, action-reference-Lambda, "Example JSON event". */
export function jobEvent(jobId: string, continuationToken?: string) {
  const artifact = (name: string, objectKey: string) => ({
    name,
    revision: null,
    location: { type: "S3", s3Location: { bucketName: "artifacts", objectKey } },
  });
  const UserParameters = JSON.stringify({
    pipelineExecutionId,
    templateArtifact: "ReleaseTemplate",
    imageArtifact: "Image",
  });
  return {
    "CodePipeline.job": {
      id: jobId,
      accountId: "123456789012",
      data: {
        actionConfiguration: { configuration: { FunctionName: "release", UserParameters } },
        inputArtifacts: [artifact("ReleaseTemplate", "template.zip"), artifact("Image", "image.zip")],
        outputArtifacts: [],
        artifactCredentials,
        ...(continuationToken === undefined ? {} : { continuationToken }),
      },
    },
  };
}
