import assert from "node:assert/strict";
import { CodeDeployDeployments, type CodeDeployOptions } from "../../../rehearsal/stack/code-deploy";

describe("a deployment group of CodeDeploy's", () => {
  it("deploys nothing into the target group in which an earlier deployment has left tasks", () => {
    const describeTaskSets = () => [
      { taskSet: { label: "v1" }, status: "PRIMARY" },
      { taskSet: { label: "v2" }, status: "ACTIVE" },
    ];
    const deployments = new CodeDeployDeployments({ service: { describeTaskSets } } as unknown as CodeDeployOptions);
    const release = { taskDefinition: { family: "app", containerDefinitions: [] }, containerName: "app", hooks: {} };
    assert.throws(() => deployments.create(release), /an earlier deployment has left v2: finish its way back first/);
  });
});
