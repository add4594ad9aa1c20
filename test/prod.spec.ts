import assert from "node:assert/strict";
import { devGraph, type Graph, its, prodGraph } from "./support/graph";

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

  it("serves HTTPS on 443, tests green over TLS, and sends HTTP on with a 301", () => {
    const [redirect, production, test] = ["-redirect", "-production", "-test"].map(
      (name) => graph.recorder.find("aws:lb/listener:Listener", name).inputs,
    );
    const modern = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
    assert.deepEqual(
      [production, test].map((it) => [it?.port, it?.protocol, it?.sslPolicy]),
      [
        [443, "HTTPS", modern],
        [8090, "HTTPS", modern],
      ],
    );
    assert.equal(redirect?.port, 80);
    const sentOn = { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" };
    assert.deepEqual(redirect.defaultActions, [{ type: "redirect", redirect: sentOn }]);
    assert.equal(graph.outputs.prodUrl, "https://app.example.com");
  });

  it("has the load balancer close idle connections after a minute, and log each request under loadbalancers", () => {
    const { idleTimeout, enableHttp2, dropInvalidHeaderFields, accessLogs } =
      graph.recorder.find(loadBalancerType).inputs;
    assert.deepEqual([idleTimeout, enableHttp2, dropInvalidHeaderFields], [60, true, true]);
    const bucket = its(graph, "aws:s3/bucket:Bucket", "-logs", "bucket");
    assert.deepEqual(accessLogs, { enabled: true, bucket, prefix: "loadbalancers" });
  });

  it("keeps its load balancer from being deleted, by AWS and by Pulumi", () => {
    const { inputs, protect } = graph.recorder.find(loadBalancerType);
    assert.deepEqual([inputs.enableDeletionProtection, protect], [true, true]);
  });

  it("keeps a bill of materials of each image, from deletion too", () => {
    const { inputs } = graph.recorder.find("aws:codepipeline/pipeline:Pipeline");
    const [, build] = inputs.stages as { actions: { name: string }[] }[];
    assert.deepEqual(
      build!.actions.map(({ name }) => name),
      ["Image", "Sbom", "KeepSbom"],
    );
    assert.equal(graph.recorder.find("aws:s3/bucket:Bucket", "-sbom").inputs.forceDestroy, false);
  });

  it("keeps its service from being deleted, or replaced, by Pulumi, as dev does not", async () => {
    assert.equal(graph.recorder.find(serviceType).protect, true);
    assert.equal((await devGraph()).recorder.find(serviceType).protect, false);
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
