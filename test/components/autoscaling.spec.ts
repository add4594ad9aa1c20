import assert from "node:assert/strict";
import { devGraph, refusal } from "../support/graph";

const target = "aws:appautoscaling/target:Target";
const policy = "aws:appautoscaling/policy:Policy";
const service = "aws:ecs/service:Service";

describe("autoscaling", () => {
  it("keeps the service between two counts, by CPU and memory", async () => {
    const { recorder } = await devGraph({ autoscaling: { minimum: 1, maximum: 8, cpuPercent: 60, memoryPercent: 75 } });
    const cluster = recorder.find("aws:ecs/cluster:Cluster").outputs.name as string;
    const name = recorder.find(service).outputs.name as string;
    const scaled = {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: `service/${cluster}/${name}`,
    };
    assert.deepEqual(recorder.find(target).inputs, { ...scaled, minCapacity: 1, maxCapacity: 8 });
    const tracking = (targetValue: number, predefinedMetricType: string) => ({
      ...scaled,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        targetValue,
        predefinedMetricSpecification: { predefinedMetricType },
      },
    });
    assert.deepEqual(recorder.find(policy, "-cpu").inputs, tracking(60, "ECSServiceAverageCPUUtilization"));
    assert.deepEqual(recorder.find(policy, "-memory").inputs, tracking(75, "ECSServiceAverageMemoryUtilization"));
  });

  it("takes the count out of Pulumi's hands, which otherwise keeps it", async () => {
    const scaled = await devGraph({ autoscaling: { minimum: 1, maximum: 2, cpuPercent: 60 } });
    assert.ok(scaled.recorder.find(service).ignoreChanges.includes("desiredCount"));
    const fixed = await devGraph();
    assert.ok(!fixed.recorder.find(service).ignoreChanges.includes("desiredCount"));
    assert.deepEqual(fixed.recorder.all(target), []);
  });

  for (const [what, settings, paths] of [
    ["no target", { autoscaling: { minimum: 1, maximum: 2 } }, ["autoscaling"]],
    [
      "a minimum above the maximum",
      { autoscaling: { minimum: 3, maximum: 2, cpuPercent: 60 } },
      ["autoscaling.minimum"],
    ],
    [
      "a count outside the two",
      { desiredCount: 9, autoscaling: { minimum: 1, maximum: 2, cpuPercent: 60 } },
      ["desiredCount"],
    ],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const refused = await refusal({ githubRepository: "a/b", ...settings });
      assert.deepEqual(refused.paths, paths);
      assert.deepEqual(refused.registered, []);
    });
  }
});
