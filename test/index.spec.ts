import assert from "node:assert/strict";
import { devGraph, type Graph, type GraphResource, programGraph, shortUrns } from "./support/graph";

const ignoredInputs = new Map([
  ["aws:ecs/taskDefinition:TaskDefinition", ["cpu", "memory", "containerDefinitions"]],
  ["aws:ecs/service:Service", ["loadBalancers"]],
]);

/** The longest physical names. Source: each service's quotas or API reference. */
const longestNames: Readonly<Record<string, number>> = {
  "aws:cloudwatch/eventRule:EventRule": 64,
  "aws:codebuild/project:Project": 150,
  "aws:codeconnections/connection:Connection": 32,
  "aws:codedeploy/application:Application": 100,
  "aws:codedeploy/deploymentGroup:DeploymentGroup": 100,
  "aws:codepipeline/pipeline:Pipeline": 100,
  "aws:ecr/repository:Repository": 256,
  "aws:ecs/cluster:Cluster": 255,
  "aws:ecs/service:Service": 255,
  "aws:iam/role:Role": 64,
  "aws:lambda/function:Function": 64,
  "aws:lb/loadBalancer:LoadBalancer": 32,
  "aws:lb/targetGroup:TargetGroup": 32,
  "aws:s3/bucket:Bucket": 63,
};

describe("the program", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("exports both URLs and what a person needs next", () => {
    assert.deepEqual(Object.keys(graph.outputs).sort(), [
      "clusterName",
      "connectionArn",
      "connectionHandshakeUrl",
      "connectionStatus",
      "firstImage",
      "pipelineUrl",
      "prodUrl",
      "promotionBusArn",
      "released",
      "repositoryUrl",
      "sbomBucket",
      "serviceName",
      "testUrl",
    ]);
    for (const value of Object.values(graph.outputs)) assert.ok(typeof value === "string" && value.length > 0);
    const { outputs } = graph.recorder.find("aws:ecr/repository:Repository");
    assert.equal(graph.outputs.repositoryUrl, outputs.repositoryUrl);
    assert.equal(graph.outputs.clusterName, graph.recorder.find("aws:ecs/cluster:Cluster").outputs.name);
    assert.equal(graph.outputs.serviceName, graph.recorder.find("aws:ecs/service:Service").outputs.name);
  });

  it("is a network, a repository and three components", () => {
    const stack = graph.recorder.find("pulumi:pulumi:Stack").urn;
    const top = graph.recorder.resources.filter(({ parent }) => parent === stack);
    assert.deepEqual(shortUrns(top.map(({ urn }) => urn)), [
      "awsx:ec2:Vpc::greenlight-dev",
      "greenlight:index:BlueGreenEcsService::greenlight-dev",
      "greenlight:index:DeployPipeline::greenlight-dev",
      "greenlight:index:GreenTestHook::greenlight-dev-test",
      "greenlight:index:ImageRepository::greenlight-dev",
    ]);
  });

  it("ignores no changes but those that a release makes", () => {
    const ignoring = graph.recorder.resources.filter(({ ignoreChanges }) => ignoreChanges.length > 0);
    assert.deepEqual(shortUrns(ignoring.map(({ urn }) => urn)), [
      "aws:ecs/service:Service::greenlight-dev",
      "aws:ecs/taskDefinition:TaskDefinition::greenlight-dev",
      "aws:lb/listener:Listener::greenlight-dev-production",
      "aws:lb/listener:Listener::greenlight-dev-test",
      "docker:index/image:Image::greenlight-dev",
    ]);
  });

  it("puts no output's placeholder into an input", () => {
    const text = JSON.stringify(graph.recorder.resources.map(({ inputs }) => inputs));
    for (const placeholder of ["[object Object]", "Calling [toString]", "Calling [toJSON]", "undefined"])
      assert.ok(!text.includes(placeholder), placeholder);
  });

  it("says the same whenever it is run", async () => {
    const again = await programGraph({}, { sourceDirectory: "app", checks: devChecks });
    assert.deepEqual(comparable(again), comparable(graph));
  });

  for (const [what, change] of [
    ["CPU", { cpu: 1024, memoryMiB: 2048 }],
    ["environment", { environment: { COLOR: "green" } }],
    ["container's port", { containerPort: 9000 }],
  ] as const) {
    it(`changes the release template, and nothing else, with the ${what}`, async () => {
      const changed = await devGraph(change);
      const before = comparable(graph);
      const different = Object.entries(comparable(changed)).filter(
        ([urn, resource]) => JSON.stringify(resource) !== JSON.stringify(before[urn]),
      );
      assert.deepEqual(shortUrns(different.map(([urn]) => urn)), [
        "aws:s3/bucketObjectv2:BucketObjectv2::greenlight-dev-template",
      ]);
      assert.equal(changed.recorder.resources.length, graph.recorder.resources.length);
    });
  }
});

describe("two stacks", () => {
  it("share no physical name", async () => {
    const [dev, prod] = [await programGraph({ stack: "dev" }), await programGraph({ stack: "prod" })];
    const names = (it: Graph) => physicalNames(it).map(({ name }) => name);
    const shared = names(prod).filter((name) => names(dev).includes(name));
    assert.deepEqual(shared, []);
    assert.notEqual(dev.outputs.prodUrl, prod.outputs.prodUrl);
  });

  for (const [project, stack] of [
    ["a-project-name-of-fifty-characters-as-pulumi-has-it", "production-in-frankfurt"],
    ["2048", "1"],
    ["Internal_Shop.v2", "dev"],
  ] as const) {
    it(`has names that AWS takes for ${project}/${stack}`, async () => {
      const graph = await programGraph({ project, stack });
      const named = physicalNames(graph);
      assert.ok(named.length >= 14);
      for (const { type, name } of named) {
        assert.ok(name.length <= longestNames[type]!, `${type} ${name} has ${name.length} characters`);
        assert.match(name, /^[a-z][a-z0-9-]*[a-z0-9]$/);
      }
    });
  }
});

describe("a preview", () => {
  it("runs to its end while AWS's answers are unknown, with no placeholder in any input", async () => {
    const preview = await programGraph({ preview: true }, { environment: { GREETING: "hello" } });
    const up = await programGraph({}, { environment: { GREETING: "hello" } });
    const urns = ({ recorder }: Graph) => recorder.resources.map(({ urn }) => urn).sort();
    assert.deepEqual(urns(preview), urns(up));
    const text = JSON.stringify(preview.recorder.resources.map(({ inputs }) => inputs));
    for (const placeholder of ["[object Object]", "Calling [toString]", "Calling [toJSON]", "undefined"])
      assert.ok(!text.includes(placeholder), placeholder);
  });

  it("shows the sizes and ports that the settings say", async () => {
    const { recorder } = await programGraph({ preview: true }, { environment: { GREETING: "hello" } });
    assert.equal(recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs.cpu, "256");
    assert.equal(recorder.find("aws:lb/listener:Listener", "-test").inputs.port, 8090);
  });
});

const devChecks = [{ path: "/", expectStatus: 200, maxLatencyMs: 2000 }];

/** Inputs and options by URN, without what Pulumi ignores in a stack that is there already. */
function comparable({ recorder }: Graph): Record<string, unknown> {
  const entries = recorder.resources.map(
    ({ urn, type, inputs, ignoreChanges, dependencies, protect }): [string, unknown] => {
      const ignored = ignoredInputs.get(type) ?? [];
      for (const input of ignored) assert.ok(ignoreChanges.includes(input));
      const kept = Object.fromEntries(Object.entries(inputs).filter(([key]) => !ignored.includes(key)));
      return [
        urn,
        {
          inputs: type === "aws:lambda/function:Function" ? { ...kept, code: "" } : kept,
          ignoreChanges,
          dependencies: [...dependencies].sort(),
          protect,
        },
      ];
    },
  );
  return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)));
}

function physicalNames({ recorder }: Graph): { type: string; name: string }[] {
  const nameOf = ({ outputs }: GraphResource) => String(outputs.name ?? outputs.bucket ?? outputs.deploymentGroupName);
  return recorder.resources
    .filter(({ type }) => type in longestNames)
    .map((resource) => ({ type: resource.type, name: nameOf(resource) }));
}
