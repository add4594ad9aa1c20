import * as assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import * as path from "node:path";
import { Cloud } from "./cloud/cloud";
import { release } from "./cloud/code-deploy";
import { loadSchemas } from "./cloud/schemas";
import { unknownValue } from "./cloud/values";
import { Stack, type Run } from "./support/stack";
import { graphUnderMocks, normalized } from "./support/recorded";

const service = "aws:ecs/service:Service";
const template = "aws:s3/bucketObjectv2:BucketObjectv2";

describe("the dev stack, from its first preview to its end", function () {
  const cloud = new Cloud();
  let stack: Stack;

  before(async () => {
    // So that the preview's time is the engine's and the program's.
    loadSchemas();
    stack = await Stack.create({ cloud, stack: "dev" });
    // More than an object in S3 takes.
    const tags = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`tag-${index}`, "1"]));
    await stack.configure({ "aws:defaultTags": { tags } });
  });
  after(() => stack.close());

  it("is previewed with everything unknown", async () => {
    const { stdout, steps } = await stack.preview("nothing is there yet");
    assert.equal(steps.filter(({ op }) => op !== "create").length, 0);
    assertNothingStringified(stdout);
    assert.deepEqual(cloud.calls, []);
  });

  it("is created, with more default tags than an object takes", async () => {
    const { steps } = await stack.up("the first");
    assert.equal(Object.keys(cloud.defaultTags).length, 11);
    assert.ok(steps.every(({ op }) => op === "create"));
    assert.deepEqual(stack.builds, [
      String(cloud.all("aws:ecr/repository:Repository")[0]!.properties.repositoryUrl) + ":first",
    ]);
    const state = await stack.exported();
    assertNothingStringified(state);
    assert.ok(!state.includes(unknownValue));
  });

  it("has in its state what mocks record of it, input by input", async () => {
    const engine = normalized(await stack.resources());
    const mocks = normalized(await graphUnderMocks(stack));
    assert.deepEqual(Object.keys(engine).sort(), Object.keys(mocks).sort());
    for (const [resource, inputs] of Object.entries(mocks)) assert.deepEqual(engine[resource], inputs, resource);
  });

  it("proposes nothing when it is applied again", async () => {
    assertNothingProposed(await stack.up("nothing changed"));
  });

  it("builds again when the app's code has changed, as long as the first image is not named, and fails at the push", async () => {
    await appendFile(path.join(stack.directory, "app", "version.txt"), "changed\n");
    const before = cloud.calls.length;
    const { exitCode, stderr, stdout } = await stack.tryUp("app code changed, first image not named");
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /immutable/);
    assert.equal(cloud.calls.length, before);
    stack.builds.pop();
  });

  it("only forgets the build once the first image is named", async () => {
    const image = (await stack.pulumi("stack", "output", "firstImage")).trim();
    await stack.pulumi("config", "set", "greenlight:firstImage", image);
    const before = cloud.calls.length;
    const { steps } = await stack.up("first image named");
    assert.deepEqual(
      steps.map(({ type }) => type),
      ["docker:index/image:Image"],
    );
    assert.equal(cloud.calls.length, before);
    assert.equal(stack.builds.length, 1);
    assert.equal((await stack.pulumi("stack", "output", "firstImage")).trim(), image);
  });

  it("leaves alone what a release has changed, before and after a refresh, whatever the app's code", async () => {
    await appendFile(path.join(stack.directory, "app", "version.txt"), "changed again\n");
    const live = () => JSON.stringify([service, "aws:lb/listener:Listener"].flatMap((type) => cloud.all(type)));
    release(cloud, cloud.all(service)[0]!.properties.name as string);
    const released = live();
    assertNothingProposed(await stack.up("after a release"));
    await stack.refresh("after a release");
    const refreshed = (await stack.resources()).find(({ type }) => type === service)!;
    assert.equal(refreshed.outputs!.taskDefinition, cloud.all(service)[0]!.properties.taskDefinition);
    assert.match(String(refreshed.outputs!.taskDefinition), /:2$/);
    assertNothingProposed(await stack.up("refreshed"));
    assert.equal(live(), released);
    assert.equal(stack.builds.length, 1);
  });

  it("makes of a new size exactly one release template and one start of the pipeline", async () => {
    await assertOneTemplate("another CPU", { "greenlight:cpu": 512, "greenlight:memoryMiB": 1024 });
  });

  it("makes of a new environment variable exactly one release template and one start of the pipeline", async () => {
    await assertOneTemplate("another variable", { "greenlight:environment": { GREETING: "hello" } });
  });

  it("is destroyed in an order that AWS accepts, and leaves only the revisions that ran", async () => {
    const { exitCode, stderr, stdout } = await stack.destroy("the end");
    assert.equal(exitCode, 0, stdout + stderr);
    const left = cloud.all().map(({ type }) => type);
    assert.deepEqual([...new Set(left)], ["aws:ecs/taskDefinition:TaskDefinition"]);
    assert.deepEqual(await stack.resources(), []);
  });

  async function assertOneTemplate(because: string, settings: Record<string, unknown>): Promise<void> {
    const [calls, starts] = [cloud.calls.length, cloud.pipelineStarts.length];
    await stack.configure(settings);
    const { steps } = await stack.up(because);
    assert.deepEqual(
      steps.map(({ op, type }) => [op, type]),
      [["update", template]],
    );
    assert.deepEqual(
      cloud.calls.slice(calls).map(({ operation, type, changed }) => [operation, type, changed]),
      [["update", template, ["contentBase64"]]],
    );
    assert.equal(cloud.pipelineStarts.length, starts + 1);
  }
});

function assertNothingProposed({ steps }: Run): void {
  assert.deepEqual(steps, []);
}

/** An output that is put into a string by hand shows as one of these. */
function assertNothingStringified(text: string): void {
  assert.doesNotMatch(text, /\[object Object\]|Calling \[to(String|JSON)\]/);
}
