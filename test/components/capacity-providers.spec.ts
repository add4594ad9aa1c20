import assert from "node:assert/strict";
import { parse } from "yaml";
import { devGraph, refusal, releaseTemplate } from "../support/graph";

const service = "aws:ecs/service:Service";
const association = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders";
const providers = [
  { name: "FARGATE", weight: 1, base: 1 },
  { name: "FARGATE_SPOT", weight: 3 },
];

/** The strategy that the AppSpec names. */
function inAppSpec(text: string): unknown {
  const { Resources } = parse(text) as { Resources: { TargetService: { Properties: Record<string, unknown> } }[] };
  return Resources[0]!.TargetService.Properties.CapacityProviderStrategy;
}

describe("capacity providers", () => {
  it("are the first tasks' and every release's", async () => {
    const graph = await devGraph({ capacityProviders: providers });
    const strategy = [
      { capacityProvider: "FARGATE", weight: 1, base: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 3, base: 0 },
    ];
    const { capacityProviderStrategies, launchType } = graph.recorder.find(service).inputs;
    assert.deepEqual([capacityProviderStrategies, launchType], [strategy, undefined]);
    assert.deepEqual(inAppSpec(releaseTemplate(graph)["appspec.yaml"]!), [
      { CapacityProvider: "FARGATE", Weight: 1, Base: 1 },
      { CapacityProvider: "FARGATE_SPOT", Weight: 3, Base: 0 },
    ]);
  });

  it("are Fargate's launch type where none is named, in the AppSpec too", async () => {
    const graph = await devGraph();
    assert.equal(graph.recorder.find(service).inputs.launchType, "FARGATE");
    assert.equal(inAppSpec(releaseTemplate(graph)["appspec.yaml"]!), undefined);
  });

  it("are both the cluster's whichever are named, since none can be taken away while tasks run on it, and none is its default", async () => {
    for (const capacityProviders of [[], [{ name: "FARGATE", weight: 1 }], providers]) {
      const { recorder } = await devGraph({ capacityProviders });
      const { urn, inputs } = recorder.find(association);
      assert.deepEqual(inputs, {
        clusterName: recorder.find("aws:ecs/cluster:Cluster").outputs.name,
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategies: [],
      });
      assert.ok(recorder.find(service).dependencies.includes(urn));
    }
  });

  it("are left to the releases once the service is there, as its launch type is", async () => {
    const { ignoreChanges } = (await devGraph()).recorder.find(service);
    for (const property of ["capacityProviderStrategies", "launchType"]) assert.ok(ignoreChanges.includes(property));
  });

  it("are refused twice, with two bases, or with no weight", async () => {
    const refused = async (capacityProviders: unknown) => {
      const { error } = await refusal({ githubRepository: "a/b", capacityProviders });
      return error?.problems.map(({ path }) => path);
    };
    const spot = { name: "FARGATE_SPOT", weight: 1 };
    assert.deepEqual(await refused([spot, spot]), ["capacityProviders"]);
    assert.deepEqual(await refused([{ ...spot, weight: 0 }]), ["capacityProviders"]);
    assert.deepEqual(await refused(providers.map((it) => ({ ...it, base: 1 }))), ["capacityProviders"]);
    assert.deepEqual(await refused([{ name: "EC2", weight: 1 }]), ["capacityProviders[0].name"]);
  });
});
