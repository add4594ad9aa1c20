import {
  CodeDeployClient,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
  BatchGetDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from "@aws-sdk/client-codedeploy";
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeListenersCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import assert from "node:assert/strict";
import { AwsError } from "../../rehearsal/aws-endpoint/control-plane";
import { startAwsEndpoint, type AwsEndpoint } from "../../rehearsal/aws-endpoint/endpoint";
import { AskedAws, clientConfig, type RawRequest, send, sign } from "./support/asked-aws";

describe("the AWS endpoint", () => {
  const aws = new AskedAws(
    "listDeploymentTargets",
    "batchGetDeploymentTargets",
    "putLifecycleEventHookExecutionStatus",
    "describeListeners",
    "describeTargetHealth",
    "describeNetworkInterfaces",
    "getParameter",
  );
  let endpoint: AwsEndpoint;
  let codeDeploy: CodeDeployClient;
  let loadBalancing: ElasticLoadBalancingV2Client;
  let ec2: EC2Client;

  before(async () => {
    endpoint = await startAwsEndpoint({ controlPlane: aws.controlPlane });
    const config = clientConfig(endpoint);
    codeDeploy = new CodeDeployClient(config);
    loadBalancing = new ElasticLoadBalancingV2Client(config);
    ec2 = new EC2Client(config);
  });
  beforeEach(() => aws.forget());
  after(() => endpoint.close());

  const sendSigned = async (request: RawRequest) => send(endpoint, await sign(endpoint, request));

  describe("in AWS JSON 1.1, for CodeDeploy", () => {
    it("takes and gives what the SDK sends and expects", async () => {
      aws.answer = { targetIds: ["demo:demo"], nextToken: undefined };
      const { targetIds } = await codeDeploy.send(new ListDeploymentTargetsCommand({ deploymentId: "d-1" }));
      assert.deepEqual(aws.inputs, [{ deploymentId: "d-1" }]);
      assert.deepEqual(targetIds, ["demo:demo"]);
    });

    it("knows Systems Manager's parameters, too", async () => {
      aws.answer = { Parameter: { Name: "shop-secrets", Value: "{}" } };
      const ssm = new SSMClient(clientConfig(endpoint));
      const input = { Name: "shop-secrets", WithDecryption: true };
      assert.deepEqual((await ssm.send(new GetParameterCommand(input))).Parameter, {
        Name: "shop-secrets",
        Value: "{}",
      });
      assert.deepEqual(aws.inputs, [input]);
      ssm.destroy();
    });

    it("gives times, numbers, lists and structures", async () => {
      const lastUpdatedAt = new Date("2026-01-02T03:04:05.678Z");
      const taskSetsInfo = [
        { taskSetLabel: "Green", runningCount: 2, trafficWeight: 0, targetGroup: { name: "tg-green" } },
      ];
      const deploymentTargets = [{ deploymentTargetType: "ECSTarget", ecsTarget: { lastUpdatedAt, taskSetsInfo } }];
      aws.answer = { deploymentTargets };
      const input = { deploymentId: "d-1", targetIds: ["a", "b"] };
      const output = await codeDeploy.send(new BatchGetDeploymentTargetsCommand(input));
      assert.deepEqual(aws.inputs, [input]);
      assert.deepEqual(output.deploymentTargets, deploymentTargets);
    });

    it("gives an error with its code, message and status", async () => {
      aws.answer = new AwsError("LifecycleEventAlreadyCompletedException", "The event is over");
      const call = codeDeploy.send(new PutLifecycleEventHookExecutionStatusCommand({ status: "Failed" }));
      await assert.rejects(call, (error: CodeDeployError) => {
        const { name, message, $metadata } = error;
        assert.deepEqual(
          [name, message, $metadata.httpStatusCode],
          ["LifecycleEventAlreadyCompletedException", "The event is over", 400],
        );
        return true;
      });
    });

    it("knows no other operation", async () => {
      const call = codeDeploy.send(new ListDeploymentsCommand({}));
      await assert.rejects(call, { name: "UnknownOperationException" });
    });

    it("refuses a body that is no JSON object", async () => {
      const headers = { "x-amz-target": "CodeDeploy_20141006.ListDeploymentTargets" };
      for (const body of ["{", "[]", "null"]) {
        const response = await sendSigned({ headers, body });
        assert.equal(response.status, 400);
        assert.match(response.body, /^\{"__type":"SerializationException","message":"the request's body is not /);
      }
    });
  });

  describe("in AWS query, for Elastic Load Balancing", () => {
    it("takes and gives what the SDK sends and expects", async () => {
      const TargetGroups = [
        { TargetGroupArn: "arn:green", Weight: 100 },
        { TargetGroupArn: "arn:blue", Weight: 0 },
      ];
      const DefaultActions = [{ Type: "forward", Order: 1, ForwardConfig: { TargetGroups } }];
      const Listeners = [{ ListenerArn: "arn:1", Port: 8090, Protocol: "HTTP", DefaultActions, Certificates: [] }];
      aws.answer = { Listeners };
      const output = await loadBalancing.send(
        new DescribeListenersCommand({ ListenerArns: ["arn:1", "arn:2"], PageSize: 5 }),
      );
      assert.deepEqual(aws.inputs, [{ ListenerArns: ["arn:1", "arn:2"], PageSize: 5 }]);
      assert.deepEqual(output.Listeners, Listeners);
    });

    it("takes a list of structures, and gives text that XML would take for markup", async () => {
      const TargetHealth = { State: "unhealthy", Reason: "Target.Timeout", Description: `<b> & "quotes" </b>` };
      aws.answer = { TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1", Port: 3000 }, TargetHealth }] };
      const Targets = [{ Id: "10.0.0.1" }, { Id: "10.0.0.2" }];
      const output = await loadBalancing.send(new DescribeTargetHealthCommand({ TargetGroupArn: "arn:1", Targets }));
      assert.deepEqual(aws.inputs, [{ TargetGroupArn: "arn:1", Targets }]);
      assert.deepEqual(output.TargetHealthDescriptions?.[0]?.TargetHealth, TargetHealth);
    });

    it("gives an empty list", async () => {
      aws.answer = { Listeners: [] };
      const { Listeners } = await loadBalancing.send(new DescribeListenersCommand({}));
      assert.deepEqual(Listeners, []);
    });

    it("gives an error as the SDK's own class", async () => {
      aws.answer = new AwsError("ListenerNotFound", "no such listener");
      const call = loadBalancing.send(new DescribeListenersCommand({}));
      await assert.rejects(call, { name: "ListenerNotFoundException", message: "no such listener" });
    });

    it("knows no other operation", async () => {
      await assert.rejects(loadBalancing.send(new DescribeTagsCommand({ ResourceArns: ["arn:1"] })), {
        name: "InvalidAction",
      });
    });

    const broken = ["A=1&A.b=2", "A.b=2&A=1", `${"A.".repeat(1000)}A=1`, "PageSize=many", "Action="];
    for (const form of broken) {
      it(`refuses the form ${form.slice(0, 20)}`, async () => {
        const body = `${form}&Action=DescribeListeners&Version=2015-12-01`;
        const response = await sendSigned({ body });
        assert.equal(response.status, 400);
        assert.match(response.body, /<Code>(MalformedQueryString|InvalidParameterValue|MissingAction)<\/Code>/);
      });
    }
  });

  describe("in EC2 query", () => {
    it("takes and gives what the SDK sends and expects", async () => {
      const NetworkInterfaces = [
        {
          NetworkInterfaceId: "eni-1",
          Description: "ELB app/demo/1",
          PrivateIpAddress: "10.0.0.7",
          PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: "10.0.0.7" }],
          Groups: [{ GroupId: "sg-1", GroupName: "alb" }],
        },
        { NetworkInterfaceId: "eni-2", PrivateIpAddress: "10.0.1.7" },
      ];
      aws.answer = { NetworkInterfaces };
      const Filters = [
        { Name: "description", Values: ["ELB app/demo/1", "ELB app/demo/2"] },
        { Name: "status", Values: ["in-use"] },
      ];
      const input = { Filters, NetworkInterfaceIds: ["eni-1"], MaxResults: 5, DryRun: false };
      const output = await ec2.send(new DescribeNetworkInterfacesCommand(input));
      assert.deepEqual(aws.inputs, [input]);
      assert.deepEqual(output.NetworkInterfaces, NetworkInterfaces);
    });

    it("gives an error with its code and message", async () => {
      aws.answer = new AwsError("UnauthorizedOperation", "You are not authorized", 403);
      const call = ec2.send(new DescribeNetworkInterfacesCommand({}));
      await assert.rejects(call, (error: Error) => {
        assert.match(error.message, /You are not authorized/);
        assert.equal(error.name, "UnauthorizedOperation");
        return true;
      });
    });

    it("knows no other operation", async () => {
      await assert.rejects(ec2.send(new DescribeInstancesCommand({})), { name: "InvalidAction" });
    });
  });

  it("answers a failure of its own as AWS's", async () => {
    aws.answer = new TypeError("a bug");
    await assert.rejects(codeDeploy.send(new ListDeploymentTargetsCommand({ deploymentId: "d-1" })), {
      name: "InternalFailure",
      message: "a bug",
    });
  });

  it("answers nobody who did not sign", async () => {
    const response = await fetch(endpoint.url, { method: "POST", body: "Action=DescribeListeners&Version=2015-12-01" });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<Code>MissingAuthenticationToken<\/Code>/);
    assert.deepEqual(aws.inputs, []);
  });

  it("refuses what no service understands", async () => {
    for (const body of ["", "hello", "Action=Fly&Version=1999-01-01"]) {
      const response = await sendSigned({ body });
      assert.equal(response.status, 400);
      assert.match(response.body, /<Code>(MissingAction|InvalidAction)<\/Code>/);
    }
  });

  it("refuses a body of more than 1 MiB", async () => {
    const body = "x".repeat(1024 * 1024 + 1);
    const response = await fetch(endpoint.url, { method: "POST", body });
    assert.equal(response.status, 413);
    assert.match(await response.text(), /<Code>RequestEntityTooLarge<\/Code>/);
  });

  it("closes once, though a request is never answered", async () => {
    const hanging = await startAwsEndpoint({
      controlPlane: { ...aws.controlPlane, describeListeners: () => new Promise<never>(() => asked()) },
    });
    let asked: () => void = () => undefined;
    const received = new Promise<void>((resolve) => (asked = resolve));
    const body = "Action=DescribeListeners&Version=2015-12-01";
    const request = assert.rejects(send(hanging, await sign(hanging, { body })));
    await received;
    await Promise.all([hanging.close(), hanging.close()]);
    await request;
  });
});

interface CodeDeployError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
}
