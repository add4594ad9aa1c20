import assert from "node:assert/strict";
import { devGraph, type Graph, its, refusal } from "../support/graph";
import { existingNetwork } from "../support/existing-network";

const listenerType = "aws:lb/listener:Listener";
const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
const ofOwner = "sg-50dc6c495c0c9188";
const place = {
  ...existingNetwork,
  loadBalancer: { arn },
  productionPort: 9443,
  testPort: 9444,
  testCidrs: ["203.0.113.0/24"],
};
const https = { domainName: "shop.example.com", zoneId: "Z0123456789" };

describe("a service with listeners of its own on a load balancer that is there already", () => {
  for (const controller of ["CODE_DEPLOY", "ECS"]) {
    describe(`and controller ${controller}`, () => {
      let graph: Graph;

      before(async () => {
        graph = await devGraph({ ...place, https, controller, deletionProtection: true });
      });

      it("makes two listeners on it, and neither a load balancer nor a redirect, which it mostly has", () => {
        const { recorder } = graph;
        assert.deepEqual(
          recorder.all(loadBalancerType).map(({ id, inputs, protect }) => [id, inputs, protect]),
          [[arn, {}, false]],
        );
        assert.deepEqual(
          recorder.all(listenerType).map(({ inputs }) => [inputs.loadBalancerArn, inputs.port, inputs.protocol]),
          [
            [arn, 9443, "HTTPS"],
            [arn, 9444, "HTTPS"],
          ],
        );
      });

      it("opens them in its security group, and the way from there to the tasks", () => {
        const { recorder } = graph;
        const group = (name: string) => recorder.find("aws:ec2/securityGroup:SecurityGroup", name).id;
        assert.deepEqual(
          recorder
            .all("aws:ec2/securityGroup:SecurityGroup")
            .map(({ name }) => name)
            .sort(),
          ["greenlight-dev-task", "greenlight-dev-test"],
        );
        const admitted = recorder
          .all(ingressType)
          .map(({ inputs: it }) => [it.securityGroupId, it.cidrIpv4 ?? it.referencedSecurityGroupId, it.fromPort]);
        assert.deepEqual(
          admitted.sort(),
          [
            [ofOwner, "0.0.0.0/0", 9443],
            [ofOwner, "203.0.113.0/24", 9444],
            [ofOwner, group("-dev-test"), 9444],
            [group("-task"), ofOwner, 0],
          ].sort(),
        );
      });

      it("leads its name there, and is told by both URLs", () => {
        const record = graph.recorder
          .all("aws:route53/record:Record")
          .find(({ inputs }) => inputs.name === "shop.example.com")!;
        assert.deepEqual(record.inputs.aliases, [
          {
            name: its(graph, loadBalancerType, "", "dnsName"),
            zoneId: its(graph, loadBalancerType, "", "zoneId"),
            evaluateTargetHealth: true,
          },
        ]);
        const { prodUrl, testUrl } = graph.outputs;
        assert.deepEqual([prodUrl, testUrl], ["https://shop.example.com:9443", "https://shop.example.com:9444"]);
      });
    });
  }

  it("sends HTTP on to HTTPS where a port is given for it", async () => {
    const { recorder } = await devGraph({ ...place, https: { ...https, redirectPort: 9080 } });
    assert.equal(recorder.find(listenerType, "-redirect").inputs.port, 9080);
  });

  it("is refused what is its owner's, another kind of load balancer, and a place behind shared listeners besides", async () => {
    const refused = async (settings: object) =>
      (await refusal({ githubRepository: "a/b", "aws:region": "eu-central-1", ...existingNetwork, ...settings })).paths;
    const options = { arn, internal: true, idleTimeoutSeconds: 30, accessLogs: {} };
    assert.deepEqual(await refused({ loadBalancer: options }), [
      "loadBalancer.internal",
      "loadBalancer.idleTimeoutSeconds",
      "loadBalancer.accessLogs",
    ]);
    for (const other of [arn.replace("/app/", "/net/"), "web"])
      assert.deepEqual(await refused({ loadBalancer: { arn: other } }), ["loadBalancer.arn"]);
    const listener = `${arn.replace(":loadbalancer/", ":listener/")}/f2f7dc8efc522ab2`;
    const sharedLoadBalancer = {
      productionListenerArn: listener,
      testListenerArn: listener.replace("f2f7", "0467"),
      hosts: ["shop.example.com"],
      priority: 1,
    };
    assert.deepEqual(await refused({ loadBalancer: { arn }, sharedLoadBalancer }), ["loadBalancer.arn"]);
  });
});
