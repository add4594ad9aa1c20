import assert from "node:assert/strict";
import { devGraph, releaseTemplate } from "../support/graph";

const given = {
  vpcId: "vpc-0123",
  publicSubnetIds: ["subnet-a", "subnet-b"],
  privateSubnetIds: ["subnet-c", "subnet-d", "subnet-e"],
};

describe("the network", () => {
  it("is a new VPC over two availability zones with one NAT gateway, where none is given", async () => {
    const { recorder } = await devGraph();
    assert.deepEqual(recorder.find("awsx:ec2:Vpc").inputs, {
      numberOfAvailabilityZones: 2,
      natGateways: { strategy: "Single" },
      subnetStrategy: "Auto",
      enableDnsHostnames: true,
    });
  });

  it("is the given one, and then none is made", async () => {
    const graph = await devGraph(given);
    assert.deepEqual(graph.recorder.all("awsx:ec2:Vpc"), []);
    const inputs = (type: string, name = "") => graph.recorder.find(type, name).inputs;
    assert.deepEqual(inputs("aws:lb/loadBalancer:LoadBalancer").subnets, given.publicSubnetIds);
    for (const color of ["-blue", "-green"])
      assert.equal(inputs("aws:lb/targetGroup:TargetGroup", color).vpcId, given.vpcId);
    for (const { inputs: group } of graph.recorder.all("aws:ec2/securityGroup:SecurityGroup"))
      assert.equal(group.vpcId, given.vpcId);
    const { subnets } = inputs("aws:ecs/service:Service").networkConfiguration as { subnets: string[] };
    assert.deepEqual(subnets, given.privateSubnetIds);
    const { subnetIds } = inputs("aws:lambda/function:Function").vpcConfig as { subnetIds: string[] };
    assert.deepEqual(subnetIds, given.privateSubnetIds);
    assert.match(releaseTemplate(graph)["appspec.yaml"]!, /- subnet-c\n\s+- subnet-d\n\s+- subnet-e\n/);
  });
});
