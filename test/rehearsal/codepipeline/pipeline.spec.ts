import assert from "node:assert/strict";
import { Clock } from "../../../rehearsal/clock";
import type { ActionPerformer, Artifact } from "../../../rehearsal/codepipeline/execution";
import { PipelineRunner } from "../../../rehearsal/codepipeline/pipeline";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";
import type { Pipeline, PipelineAction } from "../../../rehearsal/graph/resources";
import { deferred } from "../load-balancer/harness";

const artifact: Artifact = { file: () => undefined, zip: Buffer.alloc(0) };

describe("a pipeline", () => {
  let events: TimelineEvent[];
  let performed: string[];
  let timeline: Timeline;

  beforeEach(() => {
    events = [];
    performed = [];
    timeline = new Timeline(new Clock(60));
    timeline.on((event) => events.push(event));
  });

  const action = (name: string, change: Partial<PipelineAction> = {}): PipelineAction => ({
    name,
    provider: name,
    configuration: {},
    ...change,
  });
  const source = action("Source", { outputArtifacts: ["App"] });
  const pipeline = (executionMode?: Pipeline["executionMode"]): Pipeline => ({
    name: "app",
    arn: "arn:pipeline",
    artifactStores: [],
    ...(executionMode ? { executionMode } : {}),
    stages: [
      { name: "Source", actions: [source, action("Template", { outputArtifacts: ["Template"] })] },
      { name: "Build", actions: [action("Build", { outputArtifacts: ["Image"] })] },
      { name: "Deploy", actions: [action("Deploy")] },
    ],
  });

  /** Performs every action at once, but those that are given. */
  function run(performers: Readonly<Record<string, ActionPerformer>> = {}, mode?: Pipeline["executionMode"]) {
    const perform: ActionPerformer = ({ name }, { summary }) => {
      performed.push(`${name} ${summary}`);
      return Promise.resolve(artifact);
    };
    const all = { Source: perform, Template: perform, Build: perform, Deploy: perform, ...performers };
    return new PipelineRunner(pipeline(mode), all, timeline);
  }

  it("performs its stages in order, and hands artifacts on", async () => {
    let seen: string[] = [];
    const runner = run({
      Deploy: (_, { artifacts }) => {
        seen = [...artifacts.keys()];
        return Promise.resolve(undefined);
      },
    });
    const { status, execution, reason } = await runner.start("abc", "first");
    assert.deepEqual([status, execution.commitId, reason], ["Succeeded", "abc", undefined]);
    assert.deepEqual(performed, ["Source first", "Template first", "Build first"]);
    assert.deepEqual(seen, ["App", "Template", "Image"]);
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        "execution.started",
        ...["Source", "Build", "Deploy"].flatMap(() => ["stage.started", "stage.succeeded"]),
        "execution.succeeded",
      ],
    );
    assert.ok(events.every(({ detail }) => detail.executionId === execution.id && detail.commitId === "abc"));
  });

  it("ends with the first action that fails: later stages do not run", async () => {
    const runner = run({ Build: () => Promise.reject(new Error("no Dockerfile")) });
    const { status, reason } = await runner.start("abc", "first");
    assert.deepEqual([status, reason], ["Failed", "no Dockerfile"]);
    assert.ok(!performed.some((text) => text.startsWith("Deploy")));
    const failed = events.filter(({ type }) => type.endsWith(".failed")).map(({ type, text }) => [type, text]);
    assert.deepEqual(failed[0], ["stage.failed", "stage Build failed"]);
    assert.match(failed[1]![1]!, /^run \w{8} failed: no Dockerfile$/);
  });

  it("lets the actions beside one that failed come to their end", async () => {
    const other = deferred();
    const runner = run({
      Source: () => Promise.reject(new Error("the connection is pending")),
      Template: async () => {
        await other.promise;
        performed.push("Template");
        return artifact;
      },
    });
    const result = runner.start("abc", "first");
    other.resolve();
    assert.equal((await result).status, "Failed");
    assert.deepEqual(performed, ["Template"]);
  });

  it("lets the next run in after one that failed", async () => {
    let attempts = 0;
    const runner = run({
      Build: () => (attempts++ === 0 ? Promise.reject(new Error("once")) : Promise.resolve(artifact)),
    });
    const results = await Promise.all([runner.start("a", "first"), runner.start("b", "second")]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["Failed", "Succeeded"],
    );
  });

  describe("while a run is deploying", () => {
    /** Starts three runs, each as soon as the one before stands at Deploy or waits for it. */
    async function threeRuns(mode?: Pipeline["executionMode"]) {
      const order = ["first", "second", "third"];
      const deployed: string[] = [];
      const built = Object.fromEntries(order.map((name) => [name, deferred()]));
      const first = deferred();
      let deploying = 0;
      const runner = run(
        {
          Build: (_, { summary }) => {
            built[summary]!.resolve();
            return Promise.resolve(artifact);
          },
          Deploy: async (_, { summary }) => {
            assert.equal(++deploying, 1);
            deployed.push(summary);
            if (summary === "first") await first.promise;
            deploying--;
            return undefined;
          },
        },
        mode,
      );
      const results = [];
      for (const summary of order) {
        results.push(runner.start(summary, summary));
        await built[summary]!.promise;
      }
      // The last one has yet to come to the gate of Deploy.
      await new Promise((resolve) => setImmediate(resolve));
      first.resolve();
      return { statuses: (await Promise.all(results)).map(({ status }) => status), deployed };
    }

    it("the newest of those that wait supersedes the others, which is the default", async () => {
      for (const mode of [undefined, "SUPERSEDED"] as const) {
        const { statuses, deployed } = await threeRuns(mode);
        assert.deepEqual(statuses, ["Succeeded", "Superseded", "Succeeded"]);
        assert.deepEqual(deployed, ["first", "third"]);
        const superseded = events.filter(({ type }) => type === "execution.superseded");
        assert.match(superseded.at(-1)!.text, /^run \w{8} was superseded before Deploy$/);
      }
    });

    it("the others wait their turn, in mode QUEUED", async () => {
      const { statuses, deployed } = await threeRuns("QUEUED");
      assert.deepEqual(statuses, ["Succeeded", "Succeeded", "Succeeded"]);
      assert.deepEqual(deployed, ["first", "second", "third"]);
    });
  });

  it("is refused if nobody here performs one of its actions", () => {
    const performers = { Source: () => Promise.resolve(artifact) };
    const stages = [{ name: "Approve", actions: [action("Approve", { provider: "Manual" })] }];
    assert.throws(() => new PipelineRunner({ ...pipeline(), stages }, performers, timeline), {
      message: "the rehearsal cannot perform pipeline actions of Manual; it performs Source",
    });
  });
});
