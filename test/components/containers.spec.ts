import assert from "node:assert/strict";
import { containers, log } from "../support/containers";
import { devGraph, prodGraph, refusal, releaseTemplate, statements } from "../support/graph";

describe("the app's container", () => {
  it("is hardened as the stack says, in the first revision and in every release", async () => {
    const graph = await devGraph({
      container: {
        user: "1000:1000",
        readonlyRootFilesystem: true,
        tmpfs: [{ containerPath: "/tmp", sizeMiB: 64 }],
        dropCapabilities: ["ALL"],
        initProcess: true,
        maxOpenFiles: 4096,
        stopTimeoutSeconds: 60,
        healthCheck: { command: ["CMD-SHELL", "wget -q http://localhost:$PORT/"], startPeriodSeconds: 10 },
      },
    });
    const [app] = containers(graph);
    assert.deepEqual(app, {
      name: "greenlight-dev",
      image: app!.image,
      essential: true,
      portMappings: [{ containerPort: 3000, protocol: "tcp" }],
      environment: [{ name: "PORT", value: "3000" }],
      user: "1000:1000",
      readonlyRootFilesystem: true,
      linuxParameters: {
        initProcessEnabled: true,
        capabilities: { drop: ["ALL"] },
        tmpfs: [{ containerPath: "/tmp", size: 64 }],
      },
      ulimits: [{ name: "nofile", softLimit: 4096, hardLimit: 4096 }],
      stopTimeout: 60,
      healthCheck: {
        command: ["CMD-SHELL", "wget -q http://localhost:$PORT/"],
        interval: 30,
        timeout: 5,
        retries: 3,
        startPeriod: 10,
      },
      logConfiguration: log(graph, "greenlight-dev"),
    });
  });

  it("is hardened in production", async () => {
    const [app] = containers(await prodGraph());
    assert.equal(app!.readonlyRootFilesystem, true);
    assert.equal(app!.user, "1000:1000");
    assert.deepEqual((app!.linuxParameters as { capabilities: unknown }).capabilities, { drop: ["ALL"] });
  });

  it("has the disk that the stack asks for, in the words of each API", async () => {
    const graph = await devGraph({ ephemeralStorageGiB: 50 });
    const { ephemeralStorage } = graph.recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    assert.deepEqual(ephemeralStorage, { sizeInGib: 50 });
    const template = JSON.parse(releaseTemplate(graph)["taskdef.json"]!) as { ephemeralStorage: unknown };
    assert.deepEqual(template.ephemeralStorage, { sizeInGiB: 50 });
  });

  it("mounts file systems of EFS through their access points, by leave of the task's role and of nothing wider", async () => {
    const volume = {
      fileSystemId: "fs-0a",
      accessPointId: "fsap-0b",
      containerPath: "/data",
      securityGroupId: "sg-0c",
    };
    const shared = {
      name: "shared",
      fileSystemId: "fs-0d",
      accessPointId: "fsap-0e",
      containerPath: "/ro",
      readOnly: true,
    };
    const graph = await devGraph({ efsVolumes: [{ name: "uploads", ...volume }, shared] });
    const { volumes } = graph.recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    const efs = (fileSystemId: string, accessPointId: string) => ({
      fileSystemId,
      transitEncryption: "ENABLED",
      authorizationConfig: { accessPointId, iam: "ENABLED" },
    });
    assert.deepEqual(volumes, [
      { name: "uploads", efsVolumeConfiguration: efs("fs-0a", "fsap-0b") },
      { name: "shared", efsVolumeConfiguration: efs("fs-0d", "fsap-0e") },
    ]);
    assert.deepEqual(containers(graph)[0]!.mountPoints, [
      { sourceVolume: "uploads", containerPath: "/data", readOnly: false },
      { sourceVolume: "shared", containerPath: "/ro", readOnly: true },
    ]);
    const arn = (resource: string) => `arn:aws:elasticfilesystem:eu-central-1:123456789012:${resource}`;
    const through = (accessPoint: string) => ({
      StringEquals: { "elasticfilesystem:AccessPointArn": arn(`access-point/${accessPoint}`) },
    });
    assert.deepEqual(statements(graph, "-task"), [
      {
        Effect: "Allow",
        Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        Resource: [arn("file-system/fs-0a")],
        Condition: through("fsap-0b"),
      },
      {
        Effect: "Allow",
        Action: ["elasticfilesystem:ClientMount"],
        Resource: [arn("file-system/fs-0d")],
        Condition: through("fsap-0e"),
      },
    ]);
    const ingress = graph.recorder.find("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "-sg-0c").inputs;
    assert.deepEqual(ingress, {
      securityGroupId: "sg-0c",
      referencedSecurityGroupId: graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-task").id,
      description: "greenlight-dev-task: tasks",
      ipProtocol: "tcp",
      fromPort: 2049,
      toPort: 2049,
    });
  });
});

describe("ECS Exec", () => {
  it("is off unless it is asked for", async () => {
    const { recorder } = await devGraph();
    assert.ok(!("enableExecuteCommand" in recorder.find("aws:ecs/service:Service").inputs));
    assert.ok(!("configuration" in recorder.find("aws:ecs/cluster:Cluster").inputs));
  });

  it("opens channels and writes each command to a log of its own, and the task's role may do no more", async () => {
    const graph = await devGraph({ executeCommand: true });
    const { recorder } = graph;
    assert.equal(recorder.find("aws:ecs/service:Service").inputs.enableExecuteCommand, true);
    const execLog = recorder.find("aws:cloudwatch/logGroup:LogGroup", "-exec");
    assert.equal(execLog.inputs.retentionInDays, 30);
    assert.deepEqual(recorder.find("aws:ecs/cluster:Cluster").inputs.configuration, {
      executeCommandConfiguration: {
        logging: "OVERRIDE",
        logConfiguration: { cloudWatchLogGroupName: execLog.outputs.name },
      },
    });
    const arn = execLog.outputs.arn as string;
    assert.deepEqual(
      statements(graph, "-task").map(({ Action, Resource }) => [Action, Resource]),
      [
        [
          ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"].map(
            (action) => `ssmmessages:${action}`,
          ),
          ["*"],
        ],
        [["logs:DescribeLogGroups"], ["*"]],
        [["logs:DescribeLogStreams"], [`${arn}:*`]],
        [["logs:CreateLogStream", "logs:PutLogEvents"], [`${arn}:log-stream:*`]],
      ],
    );
  });

  it("is refused beside a read-only root file system, in which its agent does not start", async () => {
    const refused = await refusal({
      githubRepository: "a/b",
      executeCommand: true,
      container: { readonlyRootFilesystem: true },
    });
    assert.deepEqual(refused.paths, ["executeCommand"]);
    assert.deepEqual(refused.registered, []);
  });
});
