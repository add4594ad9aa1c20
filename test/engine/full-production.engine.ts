import * as assert from "node:assert/strict";
import { Cloud } from "./cloud/cloud";
import { release } from "./cloud/code-deploy";
import { releaseByEcs } from "./cloud/ecs-deployments";
import { loadSchemas } from "./cloud/schemas";
import { graphUnderMocks, normalized } from "./support/recorded";
import { Stack } from "./support/stack";

const service = "aws:ecs/service:Service";
/** What AWS keeps for good, or for a while. */
const kept = ["aws:ecs/taskDefinition:TaskDefinition"];

describe("Pulumi.prod.yaml as it stands: HTTPS and its certificate, notifications, alarms, access logs, approval, window and bills of materials", function () {
  const cloud = new Cloud();
  let stack: Stack;

  before(async () => {
    loadSchemas();
    stack = await Stack.create({ cloud, stack: "prod" });
  });
  after(() => stack?.close());

  it("is previewed with everything unknown, and created in an order that AWS accepts", async () => {
    const { steps, stdout } = await stack.preview("nothing is there yet");
    assert.equal(steps.filter(({ op }) => op !== "create").length, 0);
    assert.doesNotMatch(stdout, /\[object Object\]|Calling \[to(String|JSON)\]/);
    await stack.up("the first");
  });

  it("has in its state what mocks record of it, input by input", async () => {
    const engine = normalized(await stack.resources());
    const mocks = normalized(await graphUnderMocks(stack));
    assert.deepEqual(Object.keys(engine).sort(), Object.keys(mocks).sort());
    for (const [resource, inputs] of Object.entries(mocks)) assert.deepEqual(engine[resource], inputs, resource);
  });

  it("proposes after a release no more than what lifting its protection changes, and is destroyed then", async () => {
    const firstImage = (await stack.pulumi("stack", "output", "firstImage")).trim();
    release(cloud, String(cloud.all(service)[0]!.properties.name));
    await stack.refresh("after a release");
    await stack.configure({ "greenlight:deletionProtection": false, "greenlight:firstImage": firstImage });
    const { steps } = await stack.up("released, refreshed, protection lifted");
    assert.deepEqual(steps.map(({ op, type }) => `${op} ${type}`).sort(), [
      "delete docker:index/image:Image",
      "update aws:ecr/repository:Repository",
      "update aws:lb/loadBalancer:LoadBalancer",
      "update aws:s3/bucket:Bucket",
      "update aws:s3/bucket:Bucket",
    ]);
    const { exitCode, stdout, stderr } = await stack.destroy("the end");
    assert.equal(exitCode, 0, stdout + stderr);
    assert.deepEqual([...new Set(cloud.all().map(({ type }) => type))], kept);
  });
});

describe("a stack that ECS deploys in a network without NAT, with file systems, schedules, ECS Exec and notifications", function () {
  const cloud = new Cloud();
  let stack: Stack;

  before(async () => {
    stack = await Stack.create({
      cloud,
      stack: "closed",
      config: {
        "aws:region": "eu-central-1",
        "greenlight:githubRepository": "example-org/example-app",
        "greenlight:firstImage": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:1",
        "greenlight:controller": "ECS",
        "greenlight:natGateways": "none",
        "greenlight:executeCommand": true,
        "greenlight:notifications": {},
        "greenlight:efsVolumes": [
          {
            name: "files",
            fileSystemId: "fs-0123456789abcdef0",
            accessPointId: "fsap-0123456789abcdef0",
            containerPath: "/files",
          },
        ],
        "greenlight:autoscaling": {
          minimum: 1,
          maximum: 4,
          requestsPerTask: 100,
          schedules: [{ name: "night", cron: "0 20 ? * MON-FRI *", minimum: 0, maximum: 0 }],
        },
      },
    });
  });
  after(() => stack?.close());

  it("is created, proposes nothing after a release and a schedule, and is destroyed", async () => {
    await stack.up("the first");
    assert.ok(cloud.all("aws:ec2/vpcEndpoint:VpcEndpoint").length > 5);
    releaseByEcs(cloud, String(cloud.all(service)[0]!.properties.name));
    Object.assign(cloud.all("aws:appautoscaling/target:Target")[0]!.properties, { minCapacity: 0, maxCapacity: 0 });
    cloud.all(service)[0]!.properties.desiredCount = 0;
    await stack.refresh("asleep, and released");
    assert.deepEqual((await stack.up("asleep, released and refreshed")).steps, []);
    const { exitCode, stdout, stderr } = await stack.destroy("the end");
    assert.equal(exitCode, 0, stdout + stderr);
    assert.deepEqual([...new Set(cloud.all().map(({ type }) => type))], kept);
  });
});
