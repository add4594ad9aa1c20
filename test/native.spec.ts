import assert from "node:assert/strict";
import { codeFiles, nativeGraph, type Graph, releaseTemplate } from "./support/graph";

describe("the stack native", () => {
  let graph: Graph;

  before(async () => {
    graph = await nativeGraph();
  });

  it("is deployed by ECS, and has nothing of CodeDeploy", () => {
    const { deploymentController } = graph.recorder.find("aws:ecs/service:Service").inputs;
    assert.deepEqual(deploymentController, { type: "ECS" });
    assert.equal(graph.recorder.resources.filter(({ type }) => type.startsWith("aws:codedeploy/")).length, 0);
  });

  it("shifts a tenth of the traffic first, bakes for fifteen minutes, and rolls back on its alarms and the circuit breaker", () => {
    const { deploymentConfiguration } = JSON.parse(releaseTemplate(graph)["service.json"]!) as {
      deploymentConfiguration: Record<string, unknown>;
    };
    const { strategy, canaryConfiguration, bakeTimeInMinutes, alarms, deploymentCircuitBreaker } =
      deploymentConfiguration;
    assert.deepEqual(
      { strategy, canaryConfiguration, bakeTimeInMinutes, deploymentCircuitBreaker },
      {
        strategy: "CANARY",
        canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
        bakeTimeInMinutes: 15,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
    );
    const { alarmNames } = alarms as { alarmNames: string[] };
    const made = graph.recorder.all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ outputs }) => outputs.name);
    assert.deepEqual([...alarmNames].sort(), made.sort());
  });

  it("tests green for longer than one invocation of a function takes", async () => {
    const hook = graph.recorder.find("aws:lambda/function:Function", "-test");
    const { waitSeconds } = JSON.parse((await codeFiles(hook))["config.json"]!) as { waitSeconds: number };
    assert.equal(waitSeconds, 1200);
  });
});
