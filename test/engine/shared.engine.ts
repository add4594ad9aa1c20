import * as assert from "node:assert/strict";
import { Cloud } from "./cloud/cloud";
import { release } from "./cloud/code-deploy";
import { existingPlace } from "./support/existing-place";
import { Stack } from "./support/stack";

const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";
const listenerType = "aws:lb/listener:Listener";
const ruleType = "aws:lb/listenerRule:ListenerRule";
const clusterType = "aws:ecs/cluster:Cluster";
const serviceType = "aws:ecs/service:Service";

describe("a second service behind a load balancer, in a cluster that are there already", function () {
  const cloud = new Cloud();
  const existing = existingPlace(cloud);
  const before = cloud.all();
  const untouched = JSON.stringify(before);
  let stack: Stack;

  after(() => stack?.close());

  it("is created with rules of its own, and makes and changes nothing of what it shares", async () => {
    stack = await Stack.create({ cloud, stack: "second", config: existing.config("second.example.com", 200) });
    await stack.up("the first");
    const shared = [loadBalancerType, listenerType, clusterType].flatMap((type) => cloud.all(type));
    assert.deepEqual(
      shared.filter((thing) => !before.includes(thing)),
      [],
    );
    const rules = cloud.all(ruleType).filter((rule) => !before.includes(rule));
    assert.deepEqual(
      rules.map(({ properties }) => [properties.listenerArn, properties.priority]).sort(),
      existing.listeners.map((arn) => [arn, 200]).sort(),
    );
    assert.equal(JSON.stringify(before), untouched);
  });

  it("proposes nothing when it is applied again, nor after a release, nor refreshed", async () => {
    assert.deepEqual(changing(await stack.up("again")), []);
    const [service] = cloud.all(serviceType);
    release(cloud, String(service!.properties.name));
    const own = () => JSON.stringify([ruleType, serviceType].flatMap((type) => cloud.all(type)));
    const released = own();
    assert.match(released, /"weight":100/);
    assert.deepEqual(changing(await stack.up("after a release")), []);
    await stack.refresh("after a release");
    assert.deepEqual(changing(await stack.up("refreshed")), []);
    assert.equal(own(), released);
    assert.equal(JSON.stringify(before), untouched);
  });

  it("goes with its rules, and leaves the load balancer, its listeners, the other service's rule and the cluster", async () => {
    const { exitCode, stdout, stderr } = await stack.destroy("the second service");
    assert.equal(exitCode, 0, stdout + stderr);
    const left = cloud.all().filter((thing) => !before.includes(thing));
    assert.deepEqual([...new Set(left.map(({ type }) => type))], ["aws:ecs/taskDefinition:TaskDefinition"]);
    assert.equal(JSON.stringify(before), untouched);
  });
});

/** Steps that do something; what is only read is not. */
function changing({ steps }: { readonly steps: readonly { readonly op: string }[] }) {
  return steps.filter(({ op }) => op !== "read");
}
