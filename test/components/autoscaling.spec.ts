import assert from "node:assert/strict";
import { devGraph, its, refusal } from "../support/graph";

const target = "aws:appautoscaling/target:Target";
const policy = "aws:appautoscaling/policy:Policy";
const action = "aws:appautoscaling/scheduledAction:ScheduledAction";
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
        scaleInCooldown: 300,
        scaleOutCooldown: 300,
        predefinedMetricSpecification: { predefinedMetricType },
      },
    });
    assert.deepEqual(recorder.find(policy, "-cpu").inputs, tracking(60, "ECSServiceAverageCPUUtilization"));
    assert.deepEqual(recorder.find(policy, "-memory").inputs, tracking(75, "ECSServiceAverageMemoryUtilization"));
  });

  it("follows the requests of both target groups together, since a release changes which of them is live", async () => {
    const graph = await devGraph({ autoscaling: { minimum: 1, maximum: 8, requestsPerTask: 600 } });
    const { recorder } = graph;
    const { targetTrackingScalingPolicyConfiguration: tracking } = recorder.find(policy, "-requests").inputs;
    const metric = (id: string) => ({
      id,
      metricStat: {
        metric: {
          namespace: "AWS/ApplicationELB",
          metricName: "RequestCountPerTarget",
          dimensions: [
            { name: "LoadBalancer", value: its(graph, "aws:lb/loadBalancer:LoadBalancer", "", "arnSuffix") },
            { name: "TargetGroup", value: its(graph, "aws:lb/targetGroup:TargetGroup", `-${id}`, "arnSuffix") },
          ],
        },
        stat: "Sum",
      },
      returnData: false,
    });
    assert.deepEqual(tracking, {
      targetValue: 600,
      scaleInCooldown: 300,
      scaleOutCooldown: 300,
      customizedMetricSpecification: {
        metrics: [
          metric("blue"),
          metric("green"),
          { id: "requests", label: "Requests per task", expression: "blue + green", returnData: true },
        ],
      },
    });
  });

  it("waits between two steps for as long as the stack says, in each direction", async () => {
    const cooldowns = { scaleInCooldownSeconds: 600, scaleOutCooldownSeconds: 0 };
    const { recorder } = await devGraph({ autoscaling: { minimum: 1, maximum: 2, cpuPercent: 60, ...cooldowns } });
    const { targetTrackingScalingPolicyConfiguration: tracking } = recorder.find(policy, "-cpu").inputs;
    const { scaleInCooldown, scaleOutCooldown } = tracking as Record<string, unknown>;
    assert.deepEqual([scaleInCooldown, scaleOutCooldown], [600, 0]);
  });

  it("puts a stack to sleep and wakes it by the clock, and no later `pulumi up` does", async () => {
    const night = { name: "night", cron: "0 20 ? * MON-FRI *", timeZone: "Europe/Berlin", minimum: 0, maximum: 0 };
    const day = { name: "day", cron: "0 7 ? * MON-FRI *", minimum: 1, maximum: 2 };
    const { recorder } = await devGraph({ autoscaling: { minimum: 1, maximum: 2, schedules: [night, day] } });
    assert.deepEqual(recorder.all(policy), []);
    const { serviceNamespace, scalableDimension, resourceId } = recorder.find(target).inputs;
    const scaled = { serviceNamespace, scalableDimension, resourceId };
    assert.deepEqual(recorder.find(action, "-night").inputs, {
      ...scaled,
      schedule: "cron(0 20 ? * MON-FRI *)",
      timezone: "Europe/Berlin",
      scalableTargetAction: { minCapacity: 0, maxCapacity: 0 },
    });
    assert.deepEqual(recorder.find(action, "-day").inputs, {
      ...scaled,
      schedule: "cron(0 7 ? * MON-FRI *)",
      timezone: "UTC",
      scalableTargetAction: { minCapacity: 1, maxCapacity: 2 },
    });
    assert.deepEqual(recorder.find(target).ignoreChanges, ["minCapacity", "maxCapacity"]);
    const unscheduled = await devGraph({ autoscaling: { minimum: 1, maximum: 2, cpuPercent: 60 } });
    assert.deepEqual(unscheduled.recorder.find(target).ignoreChanges, []);
  });

  it("is refused with schedules that AWS would not take, all at once", async () => {
    const schedules = [
      { name: "Night!", cron: "0 20 * * *", minimum: 0, maximum: 0 },
      { name: "day", cron: "0 7 * * MON-FRI *", timeZone: "Berlin", minimum: 3, maximum: 2 },
      { name: "day", cron: "0 7 ? * 2 *", minimum: 1, maximum: 2 },
    ];
    const refused = await refusal({ githubRepository: "a/b", autoscaling: { minimum: 1, maximum: 2, schedules } });
    assert.deepEqual(refused.paths, [
      "autoscaling.schedules[0].name",
      "autoscaling.schedules[0].cron",
      "autoscaling.schedules[1].cron",
      "autoscaling.schedules[1].timeZone",
      "autoscaling.schedules[1].minimum",
      "autoscaling.schedules[2].cron",
      "autoscaling.schedules[2].name",
    ]);
    assert.deepEqual(refused.registered, []);
  });

  it("takes the count out of Pulumi's hands, which otherwise keeps it", async () => {
    const scaled = await devGraph({ autoscaling: { minimum: 1, maximum: 2, cpuPercent: 60 } });
    assert.ok(scaled.recorder.find(service).ignoreChanges.includes("desiredCount"));
    const fixed = await devGraph();
    assert.ok(!fixed.recorder.find(service).ignoreChanges.includes("desiredCount"));
    assert.deepEqual(fixed.recorder.all(target), []);
  });

  for (const [what, settings, paths] of [
    ["nothing to scale by", { autoscaling: { minimum: 1, maximum: 2 } }, ["autoscaling"]],
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
