import assert from "node:assert/strict";
import { devGraph, type Graph, its, shortUrns } from "../support/graph";

const serviceType = "aws:ecs/service:Service";
const taskDefinitionType = "aws:ecs/taskDefinition:TaskDefinition";

function containers(graph: Graph): Record<string, unknown>[] {
  return JSON.parse(graph.recorder.find(taskDefinitionType).inputs.containerDefinitions as string) as [];
}

describe("the ECS service", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("runs in a cluster with Container Insights", () => {
    const { inputs } = graph.recorder.find("aws:ecs/cluster:Cluster");
    assert.deepEqual(inputs, { settings: [{ name: "containerInsights", value: "enabled" }] });
  });

  it("is one Fargate task behind blue, in the private subnets, released by CodeDeploy", () => {
    assert.deepEqual(graph.recorder.find(serviceType).inputs, {
      cluster: its(graph, "aws:ecs/cluster:Cluster", "", "arn"),
      taskDefinition: its(graph, taskDefinitionType, "", "arn"),
      desiredCount: 1,
      launchType: "FARGATE",
      platformVersion: "LATEST",
      deploymentController: { type: "CODE_DEPLOY" },
      deploymentMaximumPercent: 200,
      deploymentMinimumHealthyPercent: 100,
      healthCheckGracePeriodSeconds: 60,
      networkConfiguration: {
        subnets: graph.recorder.find("awsx:ec2:Vpc").outputs.privateSubnetIds,
        securityGroups: [graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-task").id],
        assignPublicIp: false,
      },
      loadBalancers: [
        {
          targetGroupArn: its(graph, "aws:lb/targetGroup:TargetGroup", "-blue", "arn"),
          containerName: "greenlight-dev",
          containerPort: 3000,
        },
      ],
      waitForSteadyState: false,
    });
  });

  it("leaves to the releases exactly what ECS lets only a release change", () => {
    assert.deepEqual(graph.recorder.find(serviceType).ignoreChanges, [
      "taskDefinition",
      "loadBalancers",
      "networkConfiguration",
      "platformVersion",
      "capacityProviderStrategies",
      "launchType",
    ]);
  });

  it("waits for both listeners, without which ECS refuses its target groups", () => {
    const listeners = shortUrns(graph.recorder.find(serviceType).dependencies).filter((urn) =>
      urn.startsWith("aws:lb/listener:Listener"),
    );
    assert.deepEqual(listeners, [
      "aws:lb/listener:Listener::greenlight-dev-production",
      "aws:lb/listener:Listener::greenlight-dev-test",
    ]);
  });

  it("waits for the permission to pull its first image", () => {
    const { dependencies } = graph.recorder.find(serviceType);
    const policy = "aws:iam/rolePolicy:RolePolicy::greenlight-dev-execution";
    assert.ok(shortUrns(dependencies).includes(policy), shortUrns(dependencies).join(", "));
  });

  it("has a task of 0.25 vCPU and 512 MiB, whose earlier revisions stay for a rollback", () => {
    const { inputs, ignoreChanges } = graph.recorder.find(taskDefinitionType);
    const { containerDefinitions, ...task } = inputs;
    assert.equal(typeof containerDefinitions, "string");
    assert.deepEqual(task, {
      family: "greenlight-dev",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      executionRoleArn: its(graph, "aws:iam/role:Role", "-execution", "arn"),
      taskRoleArn: its(graph, "aws:iam/role:Role", "-task", "arn"),
      skipDestroy: true,
    });
    assert.deepEqual(ignoreChanges, [
      "containerDefinitions",
      "cpu",
      "memory",
      "runtimePlatform",
      "ephemeralStorage",
      "volumes",
      "executionRoleArn",
      "taskRoleArn",
    ]);
  });

  it("has one container, on port 3000, with the first image by digest and its log in CloudWatch", () => {
    assert.deepEqual(containers(graph), [
      {
        name: "greenlight-dev",
        image: its(graph, "docker:index/image:Image", "", "repoDigest"),
        essential: true,
        portMappings: [{ containerPort: 3000, protocol: "tcp" }],
        environment: [{ name: "PORT", value: "3000" }],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": its(graph, "aws:cloudwatch/logGroup:LogGroup", "greenlight-dev", "name"),
            "awslogs-region": "eu-central-1",
            "awslogs-stream-prefix": "greenlight-dev",
          },
        },
      },
    ]);
  });

  it("keeps its log for 30 days", () => {
    const { inputs } = graph.recorder.find("aws:cloudwatch/logGroup:LogGroup", "greenlight-dev");
    assert.deepEqual(inputs, { retentionInDays: 30 });
  });
});

describe("the ECS service with settings of its own", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph({
      cpu: 1024,
      memoryMiB: 3072,
      cpuArchitecture: "ARM64",
      containerPort: 9000,
      desiredCount: 4,
      healthCheckGracePeriodSeconds: 0,
      logRetentionDays: 7,
      environment: { GREETING: "hello", TOKEN: "s3cret" },
    });
  });

  it("has the tasks that they say", () => {
    const { cpu, memory, runtimePlatform } = graph.recorder.find(taskDefinitionType).inputs;
    assert.deepEqual([cpu, memory], ["1024", "3072"]);
    assert.deepEqual(runtimePlatform, { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" });
    const { desiredCount, healthCheckGracePeriodSeconds } = graph.recorder.find(serviceType).inputs;
    assert.deepEqual([desiredCount, healthCheckGracePeriodSeconds], [4, 0]);
  });

  it("tells the container its port and the environment", () => {
    const [container] = containers(graph);
    assert.deepEqual(container!.portMappings, [{ containerPort: 9000, protocol: "tcp" }]);
    assert.deepEqual(container!.environment, [
      { name: "PORT", value: "9000" },
      { name: "GREETING", value: "hello" },
      { name: "TOKEN", value: "s3cret" },
    ]);
  });

  it("keeps every log as long as they say", () => {
    const logs = graph.recorder.all("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs.retentionInDays);
    assert.deepEqual(logs, [7, 7, 7]);
  });

  it("keeps the environment encrypted in the state, and hides nothing else", () => {
    const hidden = graph.recorder.resources.flatMap(({ type, secretInputs }) =>
      secretInputs.map((input) => `${type} ${input}`),
    );
    assert.deepEqual(hidden.sort(), [
      "aws:ecs/taskDefinition:TaskDefinition containerDefinitions",
      "aws:s3/bucketObjectv2:BucketObjectv2 contentBase64",
      "docker:index/image:Image registry",
    ]);
  });
});
