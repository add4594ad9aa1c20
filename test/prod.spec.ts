import assert from "node:assert/strict";
import { devGraph, type Graph, prodGraph } from "./support/graph";

const serviceType = "aws:ecs/service:Service";
const taskDefinitionType = "aws:ecs/taskDefinition:TaskDefinition";
const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";

describe("the stack prod", () => {
  let graph: Graph;

  before(async () => {
    graph = await prodGraph();
  });

  it("runs three tasks of 2048 CPU units and 4096 MiB, each with a minute of grace, in the private subnets", () => {
    const { inputs } = graph.recorder.find(serviceType);
    assert.deepEqual([inputs.desiredCount, inputs.healthCheckGracePeriodSeconds], [3, 60]);
    const { subnets, assignPublicIp } = inputs.networkConfiguration as { subnets: unknown; assignPublicIp: boolean };
    assert.deepEqual(subnets, graph.recorder.find("awsx:ec2:Vpc").outputs.privateSubnetIds);
    assert.equal(assignPublicIp, false);
    const { cpu, memory } = graph.recorder.find(taskDefinitionType).inputs;
    assert.deepEqual([cpu, memory], ["2048", "4096"]);
  });

  it("keeps its load balancer from being deleted, by AWS and by Pulumi", () => {
    const { inputs, protect } = graph.recorder.find(loadBalancerType);
    assert.deepEqual([inputs.enableDeletionProtection, protect], [true, true]);
  });

  it("shares no physical name with dev", async () => {
    const physical = ({ recorder }: Graph) =>
      recorder.resources.map(({ outputs }) => outputs.arn).filter((arn) => arn !== undefined);
    const dev = physical(await devGraph());
    assert.deepEqual(
      physical(graph).filter((arn) => dev.includes(arn)),
      [],
    );
  });
});
