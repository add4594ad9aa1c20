import assert from "node:assert/strict";
import { devGraph, type Graph, its, shortUrns, statements } from "../support/graph";

const groupType = "aws:codedeploy/deploymentGroup:DeploymentGroup";

describe("CodeDeploy", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("has an application for ECS", () => {
    assert.deepEqual(graph.recorder.find("aws:codedeploy/application:Application").inputs, { computePlatform: "ECS" });
  });

  it("shifts all at once from blue to green, rolls back on failure, stop and alarm, and ends blue after five minutes", () => {
    const { inputs, ignoreChanges } = graph.recorder.find(groupType);
    const listenerArn = (name: string) => its(graph, "aws:lb/listener:Listener", name, "arn");
    assert.deepEqual(inputs, {
      appName: its(graph, "aws:codedeploy/application:Application", "", "name"),
      deploymentGroupName: "greenlight-dev",
      serviceRoleArn: its(graph, "aws:iam/role:Role", "-deploy", "arn"),
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
      deploymentStyle: { deploymentOption: "WITH_TRAFFIC_CONTROL", deploymentType: "BLUE_GREEN" },
      ecsService: {
        clusterName: its(graph, "aws:ecs/cluster:Cluster", "", "name"),
        serviceName: its(graph, "aws:ecs/service:Service", "", "name"),
      },
      loadBalancerInfo: {
        targetGroupPairInfo: {
          prodTrafficRoute: { listenerArns: [listenerArn("-production")] },
          testTrafficRoute: { listenerArns: [listenerArn("-test")] },
          targetGroups: ["-blue", "-green"].map((color) => ({
            name: its(graph, "aws:lb/targetGroup:TargetGroup", color, "name"),
          })),
        },
      },
      blueGreenDeploymentConfig: {
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      },
      autoRollbackConfiguration: {
        enabled: true,
        events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
      },
    });
    assert.deepEqual(ignoreChanges, []);
  });

  it("creates the group when its role has its policies, since CodeDeploy moves the listener at once", async () => {
    const { recorder } = await devGraph({ notifications: {} });
    const role = "aws:iam/rolePolicy:RolePolicy::greenlight-dev-deploy";
    const waitsFor = shortUrns(recorder.find(groupType).dependencies);
    assert.deepEqual(
      [role, `${role}-notifications`].filter((urn) => !waitsFor.includes(urn)),
      [],
    );
  });

  it("waits for a person, and stops without one, where the stack asks for approval", async () => {
    const approval = await devGraph({ trafficShift: "approval", waitMinutes: 2880 });
    const { blueGreenDeploymentConfig } = approval.recorder.find(groupType).inputs;
    assert.deepEqual(blueGreenDeploymentConfig, {
      deploymentReadyOption: { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: 2880 },
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
    });
  });

  it("shifts, waits and watches alarms as the stack says", async () => {
    const other = await devGraph({
      deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
      terminationWaitMinutes: 0,
      alarmNames: ["slow", "5xx"],
    });
    const { deploymentConfigName, alarmConfiguration, blueGreenDeploymentConfig } =
      other.recorder.find(groupType).inputs;
    assert.equal(deploymentConfigName, "CodeDeployDefault.ECSCanary10Percent5Minutes");
    assert.deepEqual(alarmConfiguration, { enabled: true, alarms: ["slow", "5xx"], ignorePollAlarmFailure: false });
    assert.deepEqual(blueGreenDeploymentConfig, {
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 0 },
    });
    assert.deepEqual(statements(other, "-deploy").at(-2), {
      Effect: "Allow",
      Action: ["cloudwatch:DescribeAlarms"],
      // Either may be a composite alarm.
      Resource: ["*"],
    });
    const config = statements(other, "-pipeline").find(({ Action }) =>
      Action.includes("codedeploy:GetDeploymentConfig"),
    );
    assert.match(config!.Resource[0]!, /:deploymentconfig:CodeDeployDefault\.ECSCanary10Percent5Minutes$/);
  });
});
