import assert from "node:assert/strict";
import { codeFiles, devGraph, evaluateDev, type Graph, its, shortUrns } from "../support/graph";

const functionType = "aws:lambda/function:Function";

describe("the green test hook", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("is a Lambda function in the private subnets with Lambda's longest timeout", () => {
    const { code, ...inputs } = graph.recorder.find(functionType).inputs;
    assert.ok(code);
    assert.deepEqual(inputs, {
      description: "Tests green before production traffic shifts to it",
      role: its(graph, "aws:iam/role:Role", "-test", "arn"),
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      timeout: 900,
      memorySize: 256,
      environment: {
        variables: {
          TEST_LISTENER_ARN: its(graph, "aws:lb/listener:Listener", "-test", "arn"),
          HOST_HEADER: its(graph, "aws:lb/loadBalancer:LoadBalancer", "", "dnsName"),
        },
      },
      vpcConfig: {
        subnetIds: graph.recorder.find("awsx:ec2:Vpc").outputs.privateSubnetIds,
        securityGroupIds: [graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-test").id],
      },
      loggingConfig: {
        logFormat: "Text",
        logGroup: its(graph, "aws:cloudwatch/logGroup:LogGroup", "-test", "name"),
      },
    });
  });

  it("waits for its permission to make network interfaces", () => {
    const { dependencies } = graph.recorder.find(functionType);
    assert.ok(shortUrns(dependencies).includes("aws:iam/rolePolicy:RolePolicy::greenlight-dev-test"));
  });

  it("carries its bundle and the stack's checks, and nothing else", async () => {
    const files = await codeFiles(graph.recorder.find(functionType));
    assert.deepEqual(Object.keys(files).sort(), ["config.json", "index.js"]);
    assert.deepEqual(JSON.parse(files["config.json"]!), {
      checks: [{ path: "/", expectStatus: 200, maxLatencyMs: 2000 }],
      waitSeconds: 300,
    });
  });

  it("is a bundle with a handler, without Pulumi and without the AWS SDK, of at most 300 KB", async () => {
    const { "index.js": bundle } = await codeFiles(graph.recorder.find(functionType));
    assert.match(bundle!, /handler/);
    assert.doesNotMatch(bundle!, /pulumi/i);
    assert.match(bundle!, /require\("@aws-sdk\//);
    assert.ok(bundle!.length < 300_000, `${bundle!.length} bytes`);
  });

  it("takes all that a check can say", async () => {
    const checks = [
      {
        path: "/api?x=1",
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
        expectStatus: [200, 201],
        expectHeaders: { "x-version": "2" },
        expectBodyContains: "ok",
        expectBodyMatches: "^o",
        maxLatencyMs: 1,
      },
    ];
    const other = await devGraph({ checks, waitMinutes: 0 });
    const files = await codeFiles(other.recorder.find(functionType));
    assert.deepEqual(JSON.parse(files["config.json"]!), { checks, waitSeconds: 0 });
  });

  it("tests once where a person decides afterwards", async () => {
    const approval = await devGraph({ trafficShift: "approval", waitMinutes: 60 });
    const files = await codeFiles(approval.recorder.find(functionType));
    assert.equal((JSON.parse(files["config.json"]!) as { waitSeconds: number }).waitSeconds, 0);
  });

  it("gives the same archive for the same settings, so that `pulumi up` uploads it once", async () => {
    const again = await evaluateDev();
    const texts = (it: Graph) => codeFiles(it.recorder.find(functionType));
    assert.deepEqual(await texts(again), await texts(graph));
  });
});
