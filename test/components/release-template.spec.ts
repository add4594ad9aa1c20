import assert from "node:assert/strict";
import { renderAppSpec } from "../../components/deployment/app-spec";
import { zipReleaseTemplate } from "../../components/pipeline/release-template";
import { devGraph, evaluateDev, type Graph, its, releaseTemplate, shortUrns } from "../support/graph";

const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";

describe("the release template", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("is a zip in the versioned bucket, there once the bucket tells EventBridge", () => {
    const { inputs, dependencies, ignoreChanges } = graph.recorder.find(objectType);
    const { contentBase64, ...rest } = inputs;
    assert.equal(typeof contentBase64, "string");
    assert.deepEqual(rest, {
      bucket: its(graph, "aws:s3/bucket:Bucket", "-template", "bucket"),
      key: "release-template.zip",
      contentType: "application/zip",
      overrideProvider: { defaultTags: { tags: {} } },
    });
    const waitsFor = shortUrns(dependencies);
    assert.ok(waitsFor.includes("aws:s3/bucketVersioning:BucketVersioning::greenlight-dev-template"));
    assert.ok(waitsFor.includes("aws:s3/bucketNotification:BucketNotification::greenlight-dev-template"));
    assert.deepEqual(ignoreChanges, []);
  });

  it("holds taskdef.json and appspec.yaml", () => {
    assert.deepEqual(Object.keys(releaseTemplate(graph)), ["taskdef.json", "appspec.yaml"]);
  });

  it("holds the service's own task definition, with a placeholder for the image", () => {
    const { containerDefinitions, skipDestroy, ...first } = graph.recorder.find(
      "aws:ecs/taskDefinition:TaskDefinition",
    ).inputs;
    const [container] = JSON.parse(containerDefinitions as string) as Record<string, unknown>[];
    assert.equal(skipDestroy, true);
    assert.deepEqual(JSON.parse(releaseTemplate(graph)["taskdef.json"]!), {
      ...first,
      containerDefinitions: [{ ...container, image: "<IMAGE1_NAME>" }],
    });
  });

  it("holds the AppSpec as CodeDeploy and CodePipeline read it", () => {
    const [one, other] = graph.recorder.find("awsx:ec2:Vpc").outputs.privateSubnetIds as string[];
    assert.equal(
      releaseTemplate(graph)["appspec.yaml"],
      `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: greenlight-dev
          ContainerPort: 3000
        PlatformVersion: LATEST
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets:
              - ${one}
              - ${other}
            SecurityGroups:
              - ${graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-task").id}
            AssignPublicIp: DISABLED
Hooks:
  - AfterAllowTestTraffic: ${its(graph, "aws:lambda/function:Function", "", "name")}
`,
    );
  });

  it("has the same bytes for the same settings, so that nothing is released", async () => {
    assert.equal(bytes(await evaluateDev()), bytes(graph));
  });

  it("has the same bytes in every time zone", () => {
    const zone = process.env.TZ;
    const zips = ["Asia/Tokyo", "America/Los_Angeles", "UTC"].map((name) => {
      process.env.TZ = name;
      return zipReleaseTemplate({ family: "x" }, { "appspec.yaml": "version: 0.0\n" });
    });
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    assert.equal(new Set(zips).size, 1);
  });

  for (const [what, changes] of Object.entries({
    "the CPU": { cpu: 512, memoryMiB: 1024 },
    "the environment": { environment: { GREETING: "hello" } },
    "the container's port": { containerPort: 9000 },
    "the architecture": { cpuArchitecture: "ARM64" },
    "the subnets": {
      vpcId: "vpc-1",
      publicSubnetIds: ["subnet-1", "subnet-2"],
      privateSubnetIds: ["subnet-3", "subnet-4"],
    },
  })) {
    it(`changes with ${what}`, async () => {
      assert.notEqual(bytes(await devGraph(changes)), bytes(graph));
    });
  }

  for (const [what, changes] of Object.entries({
    "the number of tasks": { desiredCount: 3 },
    "the waits": { terminationWaitMinutes: 60, waitMinutes: 2 },
    "the checks": { checks: [{ path: "/other" }] },
    "the health check": { healthCheck: { path: "/healthz" } },
    "who may call": { testCidrs: ["203.0.113.0/24"] },
    "the branch": { branch: "next" },
  })) {
    it(`stays as it is when ${what} changes`, async () => {
      assert.equal(bytes(await devGraph(changes)), bytes(graph));
    });
  }
});

describe("an AppSpec without hooks", () => {
  it("has an empty list of them", () => {
    const text = renderAppSpec({
      containerName: "app",
      containerPort: 80,
      subnetIds: ["subnet-1"],
      securityGroupIds: ["sg-1"],
      assignPublicIp: true,
      hooks: {},
    });
    assert.match(text, /^version: 0\.0\n/);
    assert.match(text, /AssignPublicIp: ENABLED/);
    assert.match(text, /\nHooks: \[\]\n$/);
  });
});

function bytes(graph: Graph): unknown {
  return graph.recorder.find(objectType).inputs.contentBase64;
}
