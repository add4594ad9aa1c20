import assert from "node:assert/strict";
import { Clock } from "../../../rehearsal/clock";
import { zipArtifact } from "../../../rehearsal/codepipeline/artifacts";
import { LambdaJobs } from "../../../rehearsal/codepipeline/lambda-jobs";
import { PipelineRunner } from "../../../rehearsal/codepipeline/pipeline";
import { Timeline } from "../../../rehearsal/events";
import type { InvocationOutcome } from "../../../rehearsal/lambda/invoke-function";
import { zip } from "./release-files";

interface JobEvent {
  readonly id: string;
  readonly data: {
    readonly actionConfiguration: { readonly configuration: { readonly UserParameters: string } };
    readonly inputArtifacts: readonly {
      readonly name: string;
      readonly location: { readonly s3Location: { readonly bucketName: string; readonly objectKey: string } };
    }[];
    readonly continuationToken?: string;
  };
}

const returned: InvocationOutcome = { status: "returned", value: null };
const deploy = {
  name: "Deploy",
  provider: "Lambda",
  configuration: { FunctionName: "release", UserParameters: '{"run":"#{codepipeline.PipelineExecutionId}"}' },
  inputArtifacts: ["Template"],
};
const template = { name: "Template", provider: "S3", configuration: {}, outputArtifacts: ["Template"] };
const pipeline = {
  name: "app",
  arn: "arn:pipeline",
  artifactStores: [{ location: "artifacts" }],
  stages: [
    { name: "Source", actions: [template] },
    { name: "Deploy", actions: [deploy] },
  ],
};
const content = zip({ "taskdef.json": "{}" });

describe("a pipeline's Lambda action", () => {
  const clock = new Clock(3600, 0.05);
  const timeline = new Timeline(clock);

  /** A pipeline whose function does this with each job. */
  function pipelineWith(handle: (job: JobEvent, jobs: LambdaJobs) => InvocationOutcome | Promise<InvocationOutcome>) {
    const jobs: LambdaJobs = new LambdaJobs({
      pipeline,
      invoke: async (functionName, event) => {
        assert.equal(functionName, "release");
        return handle((event as { "CodePipeline.job": JobEvent })["CodePipeline.job"], jobs);
      },
      statusOf: (id) => runner.statusOf(id),
      artifactCredentials: { accessKeyId: "REHEARSAL", secretAccessKey: "not-a-secret" },
      clock,
      timeline,
      signal: new AbortController().signal,
    });
    const runner: PipelineRunner = new PipelineRunner(
      pipeline,
      {
        S3: () => Promise.resolve(zipArtifact(content)),
        Lambda: (action, execution) => jobs.perform(action, execution),
      },
      timeline,
    );
    return { runner, jobs };
  }

  const { operations } = pipelineWith(() => returned).jobs;

  it("gives its function the run's id and its artifacts, and succeeds with it", async () => {
    const { runner, jobs } = pipelineWith(async (job) => {
      const [artifact] = job.data.inputArtifacts;
      const { bucketName, objectKey } = artifact!.location.s3Location;
      assert.equal(artifact!.name, "Template");
      assert.equal(await jobs.operations.getObject!({ Bucket: bucketName, Key: objectKey }), content);
      const { run } = JSON.parse(job.data.actionConfiguration.configuration.UserParameters) as { run: string };
      const input = { pipelineName: "app", pipelineExecutionId: run };
      assert.deepEqual(await jobs.operations.getPipelineExecution!(input), {
        pipelineExecution: { ...input, status: "InProgress" },
      });
      await jobs.operations.putJobSuccessResult!({ jobId: job.id });
      return returned;
    });
    const { status, execution } = await runner.start("c", "first");
    assert.equal(status, "Succeeded");
    assert.equal(runner.statusOf(execution.id), "Succeeded");
  });

  it("calls its function again, in another job, with the token of the call before, until one leaves none", async () => {
    const calls: { readonly id: string; readonly token: string | undefined; readonly awsMs: number }[] = [];
    const { runner } = pipelineWith(({ id, data }, jobs) => {
      calls.push({ id, token: data.continuationToken, awsMs: clock.awsMs });
      const continuationToken = calls.length < 3 ? `call ${calls.length}` : undefined;
      void jobs.operations.putJobSuccessResult!({ jobId: id, continuationToken });
      return returned;
    });
    assert.equal((await runner.start("c", "first")).status, "Succeeded");
    assert.deepEqual(
      calls.map(({ token }) => token),
      [undefined, "call 1", "call 2"],
    );
    assert.equal(new Set(calls.map(({ id }) => id)).size, 3);
    // Twice half a minute; a timer may fire a real millisecond early.
    assert.ok(calls[2]!.awsMs - calls[0]!.awsMs >= 60_000 - 2 * clock.scale);
  });

  it("fails with the reason that its function gives", async () => {
    const { runner } = pipelineWith(({ id }, jobs) => {
      const failureDetails = { type: "JobFailed" as const, message: "rolled back: the hook said no" };
      void jobs.operations.putJobFailureResult!({ jobId: id, failureDetails });
      return returned;
    });
    const { status, reason } = await runner.start("c", "first");
    assert.deepEqual([status, reason], ["Failed", "rolled back: the hook said no"]);
  });

  it("invokes a function that failed again, for the same job", async () => {
    const ids: string[] = [];
    const { runner } = pipelineWith(({ id }, jobs) => {
      ids.push(id);
      if (ids.length < 3) return { status: "threw", errorType: "Error", errorMessage: "throttled" };
      void jobs.operations.putJobSuccessResult!({ jobId: id });
      return returned;
    });
    assert.equal((await runner.start("c", "first")).status, "Succeeded");
    assert.equal(ids.length, 3);
    assert.equal(new Set(ids).size, 1);
  });

  it("fails after 20 minutes without an answer, and says what became of the function", async () => {
    let calls = 0;
    const { runner } = pipelineWith(() => {
      calls++;
      return { status: "threw", errorType: "TypeError", errorMessage: "a bug" };
    });
    const { status, reason } = await runner.start("c", "first");
    assert.equal(status, "Failed");
    assert.match(reason!, /its function gave no answer within 20 minutes: it threw TypeError: a bug/);
    assert.equal(calls, 3);
  });

  it("takes one answer to a job, and none to a job that there is not", async () => {
    let id = "";
    const { runner, jobs } = pipelineWith((job) => {
      id = job.id;
      void jobs.operations.putJobSuccessResult!({ jobId: id });
      return returned;
    });
    await runner.start("c", "first");
    assert.throws(() => jobs.operations.putJobFailureResult!({ jobId: id, failureDetails: undefined }), {
      code: "InvalidJobStateException",
    });
    assert.throws(() => operations.putJobSuccessResult!({ jobId: "another" }), { code: "JobNotFoundException" });
    assert.throws(() => operations.getObject!({ Bucket: "artifacts", Key: "none" }), { code: "NoSuchKey" });
    const input = { pipelineName: "app", pipelineExecutionId: "none" };
    assert.throws(() => operations.getPipelineExecution!(input), { code: "PipelineExecutionNotFoundException" });
  });

  describe("when somebody stops its run", () => {
    it("is waited for, and told so by the run's status", async () => {
      const { runner } = pipelineWith(({ id, data }, jobs) => {
        const { run } = JSON.parse(data.actionConfiguration.configuration.UserParameters) as { run: string };
        if (runner.statusOf(run) === "InProgress") {
          runner.stop(run, "a mistake");
          void jobs.operations.putJobSuccessResult!({ jobId: id, continuationToken: "later" });
        } else {
          const failureDetails = { type: "JobFailed" as const, message: `rolled back: ${runner.statusOf(run)}` };
          void jobs.operations.putJobFailureResult!({ jobId: id, failureDetails });
        }
        return returned;
      });
      const { status, reason, execution } = await runner.start("c", "first");
      assert.deepEqual([status, reason], ["Stopped", "it was stopped: a mistake; rolled back: Stopping"]);
      assert.throws(() => runner.stop(execution.id, "again"), /PipelineExecutionNotStoppableException/);
    });

    it("is called no more once it is abandoned", async () => {
      let calls = 0;
      const { runner } = pipelineWith(({ id, data }, jobs) => {
        const { run } = JSON.parse(data.actionConfiguration.configuration.UserParameters) as { run: string };
        calls++;
        void jobs.operations.putJobSuccessResult!({ jobId: id, continuationToken: "later" });
        runner.stop(run, "a mistake", { abandon: true });
        return returned;
      });
      const { status, reason } = await runner.start("c", "first");
      assert.deepEqual([status, reason], ["Stopped", "it was stopped: a mistake; its actions were abandoned"]);
      await clock.wait(10 * 60_000);
      assert.equal(calls, 1);
    });

    it("does not begin, if the run is stopped before", async () => {
      let calls = 0;
      const { runner } = pipelineWith(() => {
        calls++;
        return returned;
      });
      const ignore = timeline.on(({ type, detail }) => {
        if (type === "execution.started") runner.stop(String(detail.executionId), "too early");
      });
      const { status, reason } = await runner.start("c", "first");
      ignore();
      assert.deepEqual(
        [status, reason, calls],
        ["Stopped", "it was stopped: too early; stage Source was not entered", 0],
      );
    });
  });
});
