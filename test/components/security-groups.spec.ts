import assert from "node:assert/strict";
import { devGraph, type Graph } from "../support/graph";

const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressType = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

function groups(graph: Graph) {
  const id = (name: string) => graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", name).id;
  return { alb: id("dev-alb"), task: id("dev-task"), hook: id("dev-test") };
}

/** One group's rules as `protocol port peer`. */
function rules(graph: Graph, type: string, groupId: string) {
  const ofGroup = graph.recorder.all(type).filter(({ inputs }) => inputs.securityGroupId === groupId);
  return ofGroup.map(({ inputs }) => {
    const { ipProtocol, fromPort, toPort, cidrIpv4, cidrIpv6, referencedSecurityGroupId } = inputs;
    const ports = fromPort === toPort ? String(fromPort) : `${String(fromPort)}-${String(toPort)}`;
    return `${String(ipProtocol)} ${ports} ${String(cidrIpv4 ?? cidrIpv6 ?? referencedSecurityGroupId)}`;
  });
}

describe("the security groups", () => {
  let graph: Graph;
  let alb: string;
  let task: string;
  let hook: string;

  before(async () => {
    graph = await devGraph();
    ({ alb, task, hook } = groups(graph));
  });

  it("are three, in the stack's network", () => {
    const all = graph.recorder.all("aws:ec2/securityGroup:SecurityGroup");
    assert.deepEqual(all.map(({ id }) => id).sort(), [alb, task, hook].sort());
    const { vpcId } = graph.recorder.find("awsx:ec2:Vpc").outputs;
    assert.deepEqual(new Set(all.map(({ inputs }) => inputs.vpcId)), new Set([vpcId]));
  });

  it("open production to everyone, and the test port to the hook and nobody else", () => {
    assert.deepEqual(rules(graph, ingressType, alb).sort(), [`tcp 8080 0.0.0.0/0`, `tcp 8090 ${hook}`]);
  });

  it("let the load balancer reach the tasks on any port, which a release may change, and nothing else", () => {
    assert.deepEqual(rules(graph, egressType, alb), [`tcp 0-65535 ${task}`]);
    assert.deepEqual(rules(graph, ingressType, task), [`tcp 0-65535 ${alb}`]);
  });

  it("let the app call whom it likes", () => {
    assert.deepEqual(rules(graph, egressType, task), ["-1 undefined 0.0.0.0/0"]);
  });

  it("let the hook call the test listener and AWS, and let nobody call the hook", () => {
    assert.deepEqual(rules(graph, egressType, hook).sort(), ["tcp 443 0.0.0.0/0", `tcp 8090 ${alb}`]);
    assert.deepEqual(rules(graph, ingressType, hook), []);
  });

  it("have a description on every rule", () => {
    for (const { inputs } of [...graph.recorder.all(ingressType), ...graph.recorder.all(egressType)])
      assert.ok(inputs.description);
  });

  it("open each port to the CIDR blocks that the stack lists, of IPv4 and IPv6, each once", async () => {
    const open = await devGraph({
      productionCidrs: ["10.0.0.0/8", "2001:db8::/32", "10.0.0.0/8"],
      // Two that differ by their colons only.
      testCidrs: ["203.0.113.0/24", "1:2::/64", "1::2:0/64"],
    });
    const { alb: openAlb, hook: openHook } = groups(open);
    assert.deepEqual(rules(open, ingressType, openAlb).sort(), [
      "tcp 8080 10.0.0.0/8",
      "tcp 8080 2001:db8::/32",
      "tcp 8090 1:2::/64",
      "tcp 8090 1::2:0/64",
      "tcp 8090 203.0.113.0/24",
      `tcp 8090 ${openHook}`,
    ]);
    const names = open.recorder.all(ingressType).map(({ urn }) => urn);
    assert.equal(new Set(names).size, names.length);
  });

  it("close production to everyone when the stack lists nobody", async () => {
    const closed = await devGraph({ productionCidrs: [] });
    const { alb: closedAlb, hook: closedHook } = groups(closed);
    assert.deepEqual(rules(closed, ingressType, closedAlb), [`tcp 8090 ${closedHook}`]);
  });
});
