import * as assert from "node:assert/strict";
import { Cloud } from "./cloud/cloud";
import { moveToEcs, releaseByEcs } from "./cloud/ecs-deployments";
import { release } from "./cloud/code-deploy";
import { graphUnderMocks, normalized } from "./support/recorded";
import { Stack } from "./support/stack";

const service = "aws:ecs/service:Service";
const rule = "aws:lb/listenerRule:ListenerRule";
const template = "aws:s3/bucketObjectv2:BucketObjectv2";

const config = {
  "aws:region": "eu-central-1",
  "greenlight:githubRepository": "example-org/example-app",
  "greenlight:firstImage": `example-registry/app@sha256:${"a".repeat(64)}`,
};

describe("a stack that ECS deploys, from its first preview to its end", function () {
  const cloud = new Cloud();
  let stack: Stack;

  before(async () => {
    const native = { "greenlight:controller": "ECS", "greenlight:alarmNames": ["errors"] };
    stack = await Stack.create({ cloud, stack: "native", config: { ...config, ...native } });
  });
  after(() => stack.close());

  it("is previewed with everything unknown, and created", async () => {
    const { steps, stdout } = await stack.preview("nothing is there yet");
    assert.equal(steps.filter(({ op }) => op !== "create").length, 0);
    assert.doesNotMatch(stdout, /\[object Object\]|Calling \[to(String|JSON)\]/);
    await stack.up("the first");
    assert.deepEqual(cloud.all("aws:codedeploy/application:Application"), []);
  });

  it("has in its state what mocks record of it, input by input", async () => {
    const engine = normalized(await stack.resources());
    const mocks = normalized(await graphUnderMocks(stack));
    assert.deepEqual(Object.keys(engine).sort(), Object.keys(mocks).sort());
    for (const [resource, inputs] of Object.entries(mocks)) assert.deepEqual(engine[resource], inputs, resource);
  });

  it("proposes nothing when it is applied again", async () => {
    assert.deepEqual((await stack.up("nothing changed")).steps, []);
  });

  it("leaves alone what releases have changed, before and after a refresh: revision, rules, hooks, alarms, circuit breaker", async () => {
    const live = () => JSON.stringify([service, rule].flatMap((type) => cloud.all(type)));
    for (const round of ["one release", "two releases"]) {
      releaseByEcs(cloud, String(cloud.all(service)[0]!.properties.name));
      const released = live();
      assert.match(released, /POST_TEST_TRAFFIC_SHIFT/);
      assert.deepEqual((await stack.up(`after ${round}`)).steps, []);
      await stack.refresh(`after ${round}`);
      assert.deepEqual((await stack.up(`refreshed after ${round}`)).steps, []);
      assert.equal(live(), released);
    }
  });

  it("makes of another strategy, bake time and size one release template and one start of the pipeline, and starts no deployment", async () => {
    const [calls, starts] = [cloud.calls.length, cloud.pipelineStarts.length];
    await stack.configure({
      "greenlight:canary": { percent: 10, minutes: 5 },
      "greenlight:terminationWaitMinutes": 30,
      "greenlight:healthCheckGracePeriodSeconds": 90,
      "greenlight:cpu": 512,
      "greenlight:memoryMiB": 1024,
    });
    await stack.up("another way to release");
    assert.deepEqual(
      cloud.calls.slice(calls).map(({ operation, type, changed }) => [operation, type, changed]),
      [["update", template, ["contentBase64"]]],
    );
    assert.equal(cloud.pipelineStarts.length, starts + 1);
  });

  it("is not moved back to CodeDeploy, which AWS refuses, and nothing live is touched by the attempt", async () => {
    const live = () => JSON.stringify([service, rule].flatMap((type) => cloud.all(type)));
    const before = live();
    await stack.configure({ "greenlight:controller": "CODE_DEPLOY", "greenlight:healthCheckGracePeriodSeconds": 60 });
    const { exitCode, stdout, stderr } = await stack.tryUp("back to CodeDeploy");
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /Unable to update the deployment controller from ECS to CODE_DEPLOY/);
    assert.equal(live(), before);
    await stack.configure({ "greenlight:controller": "ECS" });
    await stack.up("it stays with ECS");
    assert.equal(live(), before);
  });

  it("is destroyed in an order that AWS accepts", async () => {
    const { exitCode, stderr, stdout } = await stack.destroy("the end");
    assert.equal(exitCode, 0, stdout + stderr);
    assert.deepEqual([...new Set(cloud.all().map(({ type }) => type))], ["aws:ecs/taskDefinition:TaskDefinition"]);
  });
});

describe("a live service that moves from CodeDeploy to ECS, as docs/moving-controllers.md tells", function () {
  const cloud = new Cloud();
  let stack: Stack;

  before(async () => {
    stack = await Stack.create({ cloud, stack: "moving", config });
    await stack.up("with CodeDeploy");
    // Blue is live again after the second.
    const name = String(cloud.all(service)[0]!.properties.name);
    release(cloud, name);
    release(cloud, name);
  });
  after(() => stack.close());

  it("gets rules and role first, and nothing else is touched", async () => {
    await stack.configure({ "greenlight:controller": "ECS" });
    const calls = cloud.calls.length;
    const { steps } = await stack.up("only the rules", "--target", "**EcsRoutes**", "--parallel", "1");
    assert.deepEqual(
      steps.map(({ op, type }) => [op, type]).sort(),
      [
        ["create", "aws:iam/role:Role"],
        ["create", "aws:iam/rolePolicy:RolePolicy"],
        ["create", rule],
        ["create", rule],
        ["create", "greenlight:index:EcsRoutes"],
      ].filter(([, type]) => steps.some((step) => step.type === type)),
    );
    assert.equal(cloud.calls.length, calls + 4);
  });

  it("is moved by one call of UpdateService; then `pulumi up` takes CodeDeploy away and leaves the service alone", async () => {
    const [live] = cloud.all(service);
    moveToEcs(cloud, String(live!.properties.name));
    const moved = JSON.stringify([service, rule].flatMap((type) => cloud.all(type)));
    const calls = cloud.calls.length;
    await stack.refresh("moved");
    const { steps } = await stack.up("the rest");
    const typesOf = (wanted: string) => steps.filter(({ op }) => op === wanted).map(({ type }) => type);
    assert.deepEqual(typesOf("replace").sort(), [
      "aws:codepipeline/pipeline:Pipeline",
      "aws:iam/rolePolicy:RolePolicy",
    ]);
    assert.deepEqual(typesOf("delete").sort(), [
      "aws:codedeploy/application:Application",
      "aws:codedeploy/deploymentGroup:DeploymentGroup",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "greenlight:index:CodeDeploy",
    ]);
    assert.equal(JSON.stringify([service, rule].flatMap((type) => cloud.all(type))), moved);
    const made = cloud.calls.slice(calls);
    assert.ok(!made.some(({ type }) => type === service || type === rule || type.startsWith("aws:lb/")));
    assert.deepEqual(cloud.all("aws:codedeploy/deploymentGroup:DeploymentGroup"), []);
    assert.equal(cloud.all("aws:codepipeline/pipeline:Pipeline").length, 1);
    assert.deepEqual((await stack.up("nothing changed")).steps, []);
  });

  it("is released by ECS from then on, and `pulumi up` leaves that alone", async () => {
    releaseByEcs(cloud, String(cloud.all(service)[0]!.properties.name));
    await stack.refresh("released");
    assert.deepEqual((await stack.up("released and refreshed")).steps, []);
  });
});
