import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { parseEvent as parseReleaseEvent } from "../../hooks/ecs-release/event";
import { parseEvent } from "../../hooks/green-test/event";
import type { HttpCheck } from "../../hooks/green-test/checks";
import { deploymentId, hookExecutionId } from "../hooks/support/fake-aws";
import { type HookRehearsal, rehearseHook, verdictReason } from "../hooks/support/rehearsal";
import { many, mutated } from "./mutations";

const codeDeploy = { DeploymentId: deploymentId, LifecycleEventHookExecutionId: hookExecutionId };
const ecs = {
  executionDetails: { testTrafficWeights: {}, targetServiceRevisionArn: "arn:aws:ecs:…:service-revision/demo/demo/2" },
  resourceArn: "arn:aws:ecs:…:service-deployment/demo/demo/1",
  lifecycleStage: "POST_TEST_TRAFFIC_SHIFT",
  hookDetails: { testedSeconds: 600 },
};
const job = {
  "CodePipeline.job": {
    id: "job-1",
    data: {
      actionConfiguration: {
        configuration: { UserParameters: '{"pipelineExecutionId":"1","templateArtifact":"T","imageArtifact":"I"}' },
      },
      inputArtifacts: ["T", "I"].map((name) => ({
        name,
        location: { s3Location: { bucketName: "bucket", objectKey: name } },
      })),
    },
  },
};
const sound: Required<Omit<HttpCheck, "body">> = {
  path: "/health",
  method: "GET",
  headers: { accept: "text/html" },
  expectStatus: [200, 204],
  expectHeaders: { server: "app" },
  expectBodyContains: "v2",
  expectBodyMatches: "v\\d",
  maxLatencyMs: 1000,
};

describe("hooks and what they are given", () => {
  it("know their event, or say what they expected", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), mutated(codeDeploy), mutated(ecs)), (event) => {
        try {
          const hook = parseEvent(event);
          if (hook.controller === "ECS") assert.equal(typeof hook.testedSeconds, "number");
          else assert.deepEqual([typeof hook.deploymentId, typeof hook.hookExecutionId], ["string", "string"]);
        } catch (error) {
          assert.match((error as Error).message, /^not a deployment hook's event: expected /);
        }
      }),
      many,
    );
  });

  it("know a job of the pipeline, or say what is wrong with it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), mutated(job)), (event) => {
        try {
          const parsed = parseReleaseEvent(event);
          assert.equal(typeof parsed.pipelineExecutionId, "string");
        } catch (error) {
          assert.ok(!(error instanceof TypeError), String(error));
          assert.notEqual((error as Error).message, "");
        }
      }),
      many,
    );
  });

  describe("whose list of checks is broken", function () {
    this.timeout(60_000);
    let rehearsal: HookRehearsal;

    before(async () => (rehearsal = await rehearseHook({ checks: [{ path: "/" }], waitSeconds: 0 })));
    after(() => rehearsal.close());

    it("report Failed with the reason, once, and end", async () => {
      const lists = fc.oneof(mutated({ checks: [sound], waitSeconds: 0 }), fc.jsonValue());
      await fc.assert(
        fc.asyncProperty(lists, async (config) => {
          rehearsal.log.length = 0;
          rehearsal.aws.verdicts.length = 0;
          await writeFile(join(rehearsal.codeDirectory, "config.json"), JSON.stringify(config));
          await rehearsal.invoke({ scale: 2000 });
          assert.equal(rehearsal.aws.verdicts.length, 1);
          const reason = verdictReason(rehearsal.log);
          assert.doesNotMatch(reason, /TypeError|undefined|is not a function|Cannot read/);
        }),
        { numRuns: 15, endOnFailure: true },
      );
    });
  });
});
