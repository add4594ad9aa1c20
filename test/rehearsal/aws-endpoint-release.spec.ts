import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CodePipelineClient,
  GetPipelineExecutionCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} from "@aws-sdk/client-codepipeline";
import {
  DescribeServiceDeploymentsCommand,
  ECSClient,
  ListClustersCommand,
  RegisterTaskDefinitionCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { DescribeRulesCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { AwsError } from "../../rehearsal/aws-endpoint/control-plane";
import { startAwsEndpoint, type AwsEndpoint } from "../../rehearsal/aws-endpoint/endpoint";
import { AskedAws, clientConfig, send, sign } from "./support/asked-aws";

describe("the AWS endpoint, for what a release through ECS calls", () => {
  const aws = new AskedAws(
    "registerTaskDefinition",
    "updateService",
    "describeServiceDeployments",
    "putJobSuccessResult",
    "putJobFailureResult",
    "getPipelineExecution",
    "describeAlarms",
    "describeRules",
    "getObject",
  );
  let endpoint: AwsEndpoint;
  let clients: { ecs: ECSClient; codePipeline: CodePipelineClient; cloudWatch: CloudWatchClient; s3: S3Client };
  let loadBalancing: ElasticLoadBalancingV2Client;

  before(async () => {
    endpoint = await startAwsEndpoint({ controlPlane: aws.controlPlane });
    const config = clientConfig(endpoint);
    clients = {
      ecs: new ECSClient(config),
      codePipeline: new CodePipelineClient(config),
      cloudWatch: new CloudWatchClient(config),
      s3: new S3Client(config),
    };
    loadBalancing = new ElasticLoadBalancingV2Client(config);
  });
  beforeEach(() => aws.forget());
  after(() => endpoint.close());

  it("registers a task definition and updates a service with what the SDK sends", async () => {
    const containerDefinitions = [{ name: "app", image: "repo@sha256:1", portMappings: [{ containerPort: 3000 }] }];
    aws.answer = { taskDefinition: { taskDefinitionArn: "arn:td:2", registeredAt: new Date(1_700_000_000_500) } };
    const input = { family: "app", containerDefinitions, cpu: "256" };
    const { taskDefinition } = await clients.ecs.send(new RegisterTaskDefinitionCommand(input));
    assert.deepEqual(taskDefinition, { taskDefinitionArn: "arn:td:2", registeredAt: new Date(1_700_000_000_500) });

    aws.answer = { service: { serviceName: "app" } };
    const update = {
      service: "app",
      taskDefinition: "arn:td:2",
      deploymentConfiguration: {
        strategy: "CANARY" as const,
        canaryConfiguration: { canaryPercent: 12.5, canaryBakeTimeInMinutes: 3 },
        lifecycleHooks: [{ targetType: "PAUSE" as const, lifecycleStages: ["POST_SCALE_UP" as const] }],
      },
    };
    await clients.ecs.send(new UpdateServiceCommand(update));
    assert.deepEqual(aws.inputs, [input, update]);
  });

  it("tells how a service deployment goes", async () => {
    const serviceDeployments = [
      {
        serviceDeploymentArn: "arn:sd:1",
        status: "IN_PROGRESS",
        lifecycleStage: "BAKE_TIME",
        startedAt: new Date("2026-01-02T03:04:05Z"),
        targetServiceRevision: { arn: "arn:rev:2", requestedProductionTrafficWeight: 100 },
        alarms: { status: "MONITORING", alarmNames: ["5xx"] },
      },
    ];
    aws.answer = { serviceDeployments };
    const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: ["arn:sd:1"] });
    assert.deepEqual((await clients.ecs.send(command)).serviceDeployments, serviceDeployments);
  });

  it("takes a job's result, with a token or without, and its failure", async () => {
    const later = { jobId: "job-1", continuationToken: JSON.stringify({ serviceDeploymentArn: "arn:sd:1" }) };
    const failure = { jobId: "job-1", failureDetails: { type: "JobFailed" as const, message: "it broke" } };
    aws.answer = undefined;
    await clients.codePipeline.send(new PutJobSuccessResultCommand(later));
    await clients.codePipeline.send(new PutJobFailureResultCommand(failure));
    aws.answer = { pipelineExecution: { status: "Stopping" } };
    const input = { pipelineName: "app", pipelineExecutionId: "e-1" };
    const { pipelineExecution } = await clients.codePipeline.send(new GetPipelineExecutionCommand(input));
    assert.equal(pipelineExecution?.status, "Stopping");
    assert.deepEqual(aws.inputs, [later, failure, input]);
  });

  it("tells the state of alarms, and refuses as CloudWatch does", async () => {
    const MetricAlarms = [
      { AlarmName: "5xx", StateValue: "ALARM", StateUpdatedTimestamp: new Date(1_700_000_000_000) },
    ];
    aws.answer = { MetricAlarms };
    const output = await clients.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ["5xx"] }));
    assert.deepEqual(output.MetricAlarms, MetricAlarms);
    aws.answer = new AwsError("InvalidNextToken", "no such token");
    await assert.rejects(clients.cloudWatch.send(new DescribeAlarmsCommand({ NextToken: "x" })), /no such token/);
  });

  it("gives rules with their weights and conditions", async () => {
    const Rules = [
      {
        RuleArn: "arn:rule:1",
        Priority: "100",
        IsDefault: false,
        Conditions: [{ Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "x-test", Values: ["1"] } }],
        Actions: [{ Type: "forward", ForwardConfig: { TargetGroups: [{ TargetGroupArn: "arn:green", Weight: 100 }] } }],
      },
    ];
    aws.answer = { Rules };
    const output = await loadBalancing.send(new DescribeRulesCommand({ RuleArns: ["arn:rule:1"] }));
    assert.deepEqual(aws.inputs, [{ RuleArns: ["arn:rule:1"] }]);
    assert.deepEqual(output.Rules, Rules);
  });

  it("gives an object byte by byte, whatever its key", async () => {
    const content = Buffer.from([0x50, 0x4b, 3, 4, 0, 255, 254]);
    aws.answer = content;
    const input = { Bucket: "artifacts", Key: "pipe/Template/a b+ü.zip" };
    const { Body } = await clients.s3.send(new GetObjectCommand(input));
    assert.deepEqual(Buffer.from(await Body!.transformToByteArray()), content);
    assert.deepEqual(aws.inputs, [input]);
  });

  it("says so as S3 does where there is no object", async () => {
    aws.answer = new AwsError("NoSuchKey", "The specified key does not exist.", 404);
    await assert.rejects(clients.s3.send(new GetObjectCommand({ Bucket: "artifacts", Key: "none" })), {
      name: "NoSuchKey",
    });
  });

  it("refuses a path that is no object's", async () => {
    for (const path of ["/bucket", "/bucket/", "/bucket/%E0%A4%A"]) {
      const request = await sign(endpoint, { method: "GET", path }, { service: "s3" });
      const { status, body } = await send(endpoint, request);
      assert.match(`${status} ${body}`, /^(405|400) <Error><Code>(MethodNotAllowed|InvalidURI)/);
    }
  });

  it("does not know what nobody answers, nor what no service has", async () => {
    const stop = new StopServiceDeploymentCommand({ serviceDeploymentArn: "arn:sd:1" });
    await assert.rejects(clients.ecs.send(stop), { name: "UnknownOperationException" });
    await assert.rejects(clients.ecs.send(new ListClustersCommand({})), { name: "UnknownOperationException" });
  });
});
