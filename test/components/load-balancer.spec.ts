import assert from "node:assert/strict";
import { devGraph, type Graph, its, shortUrns } from "../support/graph";

const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";
const listenerType = "aws:lb/listener:Listener";
const targetGroupType = "aws:lb/targetGroup:TargetGroup";

describe("the load balancer", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("is an application load balancer in the public subnets, in a security group of its own", () => {
    const { inputs, protect } = graph.recorder.find(loadBalancerType);
    assert.deepEqual(inputs, {
      loadBalancerType: "application",
      internal: false,
      subnets: graph.recorder.find("awsx:ec2:Vpc").outputs.publicSubnetIds,
      securityGroups: [graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-alb").id],
      idleTimeout: 60,
      enableHttp2: true,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: false,
      accessLogs: { enabled: false, bucket: "" },
    });
    assert.equal(protect, false);
  });

  for (const [name, port] of [
    ["production", 8080],
    ["test", 8090],
  ] as const) {
    it(`serves ${name} on ${port}, from blue until the first release, and leaves its traffic to the releases`, () => {
      const listener = graph.recorder.find(listenerType, `-${name}`);
      assert.deepEqual(listener.inputs, {
        loadBalancerArn: its(graph, loadBalancerType, "", "arn"),
        port,
        protocol: "HTTP",
        defaultActions: [{ type: "forward", targetGroupArn: its(graph, targetGroupType, "-blue", "arn") }],
      });
      assert.deepEqual(listener.ignoreChanges, ["defaultActions"]);
    });
  }

  it("has no third listener", () => {
    assert.equal(graph.recorder.all(listenerType).length, 2);
  });

  for (const color of ["blue", "green"]) {
    it(`checks ${color}'s targets by their address every 30 s, and lets them go in 30 s`, () => {
      const group = graph.recorder.find(targetGroupType, `-${color}`);
      assert.deepEqual(group.inputs, {
        vpcId: its(graph, "awsx:ec2:Vpc", "", "vpcId"),
        port: 80,
        protocol: "HTTP",
        targetType: "ip",
        deregistrationDelay: 30,
        stickiness: { type: "lb_cookie", enabled: false },
        healthCheck: {
          path: "/",
          interval: 30,
          timeout: 10,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
          matcher: "200-299",
        },
      });
      assert.deepEqual(group.ignoreChanges, []);
    });
  }

  it("is told by both URLs", () => {
    const name = its(graph, loadBalancerType, "", "dnsName");
    assert.equal(graph.outputs.prodUrl, `http://${name}:8080`);
    assert.equal(graph.outputs.testUrl, `http://${name}:8090`);
  });

  it("belongs to a component below the service's", () => {
    const { parent } = graph.recorder.find(loadBalancerType);
    const component = graph.recorder.find("greenlight:index:BlueGreenLoadBalancer");
    assert.equal(parent, component.urn);
    assert.deepEqual(shortUrns([component.parent]), ["greenlight:index:BlueGreenEcsService::greenlight-dev"]);
  });
});

describe("the load balancer with settings of its own", () => {
  it("listens, checks and drains as they say", async () => {
    const graph = await devGraph({
      productionPort: 80,
      testPort: 81,
      containerPort: 9000,
      deregistrationDelaySeconds: 5,
      healthCheck: {
        path: "/healthz",
        intervalSeconds: 10,
        timeoutSeconds: 3,
        healthyThreshold: 3,
        unhealthyThreshold: 4,
        matcher: "200,301",
      },
    });
    assert.equal(graph.recorder.find(listenerType, "-production").inputs.port, 80);
    assert.equal(graph.recorder.find(listenerType, "-test").inputs.port, 81);
    for (const color of ["-blue", "-green"]) {
      const { port, deregistrationDelay, healthCheck } = graph.recorder.find(targetGroupType, color).inputs;
      assert.deepEqual([port, deregistrationDelay], [80, 5]);
      assert.deepEqual(healthCheck, {
        path: "/healthz",
        interval: 10,
        timeout: 3,
        healthyThreshold: 3,
        unhealthyThreshold: 4,
        matcher: "200,301",
      });
    }
    assert.match(String(graph.outputs.prodUrl), /:80$/);
    assert.match(String(graph.outputs.testUrl), /:81$/);
  });
});
