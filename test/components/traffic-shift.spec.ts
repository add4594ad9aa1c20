import assert from "node:assert/strict";
import { shiftSteps } from "../../rehearsal/codedeploy/traffic-shift";
import { Account } from "../../rehearsal/graph/account";
import { devGraph, type Graph, refusal, statements } from "../support/graph";

const configType = "aws:codedeploy/deploymentConfig:DeploymentConfig";

/** The steps that a rehearsal of the graph performs: green's share, and the minutes until the next. */
function performed({ recorder }: Graph): number[][] {
  const { deploymentConfigName } = recorder.find("aws:codedeploy/deploymentGroup:DeploymentGroup").inputs;
  const name = deploymentConfigName as string;
  const steps = shiftSteps(name, new Account(recorder).deploymentConfig(name));
  return steps.map(({ greenPercent, thenWaitMinutes }) => [greenPercent, thenWaitMinutes]);
}

describe("a shift of one's own", () => {
  for (const [kind, Kind, property, steps] of [
    [
      "canary",
      "TimeBasedCanary",
      "timeBasedCanary",
      [
        [30, 7],
        [100, 0],
      ],
    ],
    [
      "linear",
      "TimeBasedLinear",
      "timeBasedLinear",
      [
        [30, 7],
        [60, 7],
        [90, 7],
        [100, 0],
      ],
    ],
  ] as const) {
    it(`is a deployment configuration of the stack's: ${kind}, as the rehearsal performs it`, async () => {
      const graph = await devGraph({ [kind]: { percent: 30, minutes: 7 } });
      const deploymentConfigName = `greenlight-dev-${kind}-30-percent-7-minutes`;
      assert.deepEqual(graph.recorder.find(configType).inputs, {
        deploymentConfigName,
        computePlatform: "ECS",
        trafficRoutingConfig: { type: Kind, [property]: { interval: 7, percentage: 30 } },
      });
      const group = graph.recorder.find("aws:codedeploy/deploymentGroup:DeploymentGroup");
      assert.equal(group.inputs.deploymentConfigName, deploymentConfigName);
      const read = statements(graph, "-pipeline").find(({ Action }) =>
        Action.includes("codedeploy:GetDeploymentConfig"),
      );
      assert.match(read!.Resource.join(), new RegExp(`:deploymentconfig:${deploymentConfigName}$`));
      assert.deepEqual(performed(graph), steps);
    });
  }

  it("is nothing of the stack's where CodeDeploy's own is named", async () => {
    const graph = await devGraph();
    assert.deepEqual(graph.recorder.all(configType), []);
    assert.deepEqual(performed(graph), [[100, 0]]);
  });

  it("is refused beside another, and where it takes longer than CodeDeploy lets it, all at once", async () => {
    const { paths, registered } = await refusal({
      githubRepository: "a/b",
      canary: { percent: 10, minutes: 2881 },
      linear: { percent: 1, minutes: 30 },
      deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
    });
    assert.deepEqual(paths, ["canary.minutes", "linear.minutes", "linear", "deploymentConfigName"]);
    assert.deepEqual(registered, []);
  });

  it("is refused with shares that are none", async () => {
    for (const percent of [0, 100, 12.5]) {
      const { paths } = await refusal({ githubRepository: "a/b", linear: { percent, minutes: 1 } });
      assert.deepEqual(paths, ["linear.percent"]);
    }
  });
});
