import * as assert from "node:assert/strict";
import { Cloud } from "./cloud/cloud";
import { release } from "./cloud/code-deploy";
import { existingPlace } from "./support/existing-place";
import { Stack } from "./support/stack";
import type { Values } from "./cloud/values";

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

describe("a service that ECS deploys, behind a load balancer that is there already", function () {
  const cloud = new Cloud();
  const existing = existingPlace(cloud);
  const before = cloud.all();
  const [production, test] = existing.listeners;
  let stack: Stack;

  after(() => stack?.close());

  /** Test traffic is told by a header where one is given, otherwise by the second listener. */
  function config(testHeader?: Values): Values {
    const { "greenlight:sharedLoadBalancer": shared, ...others } = existing.config("second.example.com", 200);
    const sharedLoadBalancer = { ...(shared as Values), ...(testHeader && { testListenerArn: undefined }) };
    return {
      ...others,
      "greenlight:controller": "ECS",
      "greenlight:testHeader": testHeader,
      "greenlight:sharedLoadBalancer": sharedLoadBalancer,
    };
  }

  it("moves its test traffic from a listener to a header and back at the first try, and its production rule never", async () => {
    stack = await Stack.create({ cloud, stack: "second", config: config() });
    await stack.up("the first");
    const rules = () =>
      cloud
        .all(ruleType)
        .filter((rule) => !before.includes(rule))
        .map(({ properties }) => [properties.listenerArn, properties.priority])
        .sort();
    const byListener = [
      [production, 200],
      [test, 200],
    ].sort();
    assert.deepEqual(rules(), byListener);
    await stack.configure(config({ name: "X-Test", value: "s3cret" }));
    await stack.up("a header");
    assert.deepEqual(rules(), [
      [production, 199],
      [production, 200],
    ]);
    await stack.configure(config());
    await stack.up("a listener again");
    assert.deepEqual(rules(), byListener);
  });
});

describe("a live service with a load balancer of its own", function () {
  const cloud = new Cloud();
  const existing = existingPlace(cloud);
  let stack: Stack;

  after(() => stack?.close());

  it("is not moved onto one that is there while it is protected, and loses no listener before AWS is asked for another", async () => {
    const { "greenlight:sharedLoadBalancer": shared, ...own } = existing.config("second.example.com", 200);
    const config = { ...own, "greenlight:deletionProtection": true };
    stack = await Stack.create({ cloud, stack: "second", config });
    await stack.up("the first");
    const { productionListenerArn } = shared as { productionListenerArn: string };
    const arn = productionListenerArn.replace(":listener/", ":loadbalancer/").replace(/\/[^/]+$/, "");
    const ports = { "greenlight:productionPort": 9443, "greenlight:testPort": 9444 };
    await stack.configure({ ...ports, "greenlight:loadBalancer": { arn } });
    await assert.rejects(
      stack.preview("another load balancer"),
      /[Uu]nable to replace resource "[^"]*aws:lb\/listener:Listener::[^"]*-production"/,
    );

    await stack.configure({ "greenlight:loadBalancer": {}, "greenlight:deletionProtection": false });
    await stack.up("protection lifted");
    await stack.configure({ "greenlight:loadBalancer": { arn } });
    const { steps } = await stack.preview("another load balancer, unprotected");
    const ofListeners = steps.filter(({ type, op }) => type === listenerType && op !== "replace").map(({ op }) => op);
    assert.deepEqual(ofListeners, ["create-replacement", "create-replacement", "delete-replaced", "delete-replaced"]);
  });
});

/** Steps that do something; what is only read is not. */
function changing({ steps }: { readonly steps: readonly { readonly op: string }[] }) {
  return steps.filter(({ op }) => op !== "read");
}
