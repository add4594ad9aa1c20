import * as assert from "node:assert/strict";
import { Cloud, type Thing } from "./cloud/cloud";
import { release } from "./cloud/code-deploy";
import { releaseByEcs } from "./cloud/ecs-deployments";
import { answering, existingPlace } from "./support/existing-place";
import { Stack } from "./support/stack";

const service = "aws:ecs/service:Service";
const rule = "aws:lb/listenerRule:ListenerRule";
const host = "shop.example.com";

describe("a service that moves back to CodeDeploy behind a shared load balancer, as docs/moving-controllers.md tells", function () {
  const cloud = new Cloud();
  const place = existingPlace(cloud);
  const [production] = place.listeners;
  let old: Stack;
  let back: Stack;
  let oldThings: Thing[];

  before(async () => {
    old = await Stack.create({
      cloud,
      stack: "old",
      config: { ...place.config(host, 200), "greenlight:controller": "ECS" },
    });
    await old.up("ECS deploys it");
    releaseByEcs(cloud, nameOf("old"));
    oldThings = cloud.all();
  });
  after(async () => {
    await old?.close();
    await back?.close();
  });

  it("stands beside the old service under another name, and no user meets it", async () => {
    const untouched = JSON.stringify(oldThings);
    const users = answering(cloud, production!, host);
    assert.ok(users);
    back = await Stack.create({ cloud, stack: "back", config: place.config("moving.example.com", 199) });
    await back.up("beside it");
    assert.equal(JSON.stringify(oldThings), untouched);
    assert.equal(answering(cloud, production!, host), users);
    assert.ok(groupsOf("back").includes(answering(cloud, production!, "moving.example.com")!));
  });

  it("is released by CodeDeploy there, and then needs nothing of the old stack's", () => {
    release(cloud, nameOf("back"));
    assert.ok(groupsOf("old").includes(answering(cloud, production!, host)!));
  });

  it("gets the users by one `pulumi up`, which changes its two rules' hosts and nothing live, and gives them back by another", async () => {
    const live = answering(cloud, production!, "moving.example.com");
    const before = answering(cloud, production!, host);
    assert.deepEqual(await changed(host), [`update ${rule}`, `update ${rule}`, "update aws:lambda/function:Function"]);
    assert.equal(answering(cloud, production!, host), live);
    await changed("moving.example.com");
    assert.equal(answering(cloud, production!, host), before);
    await changed(host);
    assert.equal(answering(cloud, production!, host), live);
  });

  it("goes on where the old stack is destroyed", async () => {
    const live = answering(cloud, production!, host);
    const { exitCode, stdout, stderr } = await old.destroy("the old one");
    assert.equal(exitCode, 0, stdout + stderr);
    assert.equal(answering(cloud, production!, host), live);
    assert.deepEqual(
      cloud.all(service).map(({ name }) => name),
      ["greenlight-back"],
    );
    const { steps } = await back.up("nothing changed");
    assert.deepEqual(
      steps.filter(({ op }) => op !== "read"),
      [],
    );
  });

  /** What AWS is asked to change when the service's requests are those of another host. */
  async function changed(to: string): Promise<string[]> {
    const calls = cloud.calls.length;
    const { "greenlight:sharedLoadBalancer": sharedLoadBalancer } = place.config(to, 199);
    await back.configure({ "greenlight:sharedLoadBalancer": sharedLoadBalancer });
    await back.up(`its users come under ${to}`);
    return cloud.calls
      .slice(calls)
      .map(({ operation, type }) => `${operation} ${type}`)
      .sort()
      .reverse();
  }

  function nameOf(stack: string): string {
    return String(cloud.all(service).find(({ name }) => name === `greenlight-${stack}`)!.properties.name);
  }

  function groupsOf(stack: string): unknown[] {
    const groups = cloud.all("aws:lb/targetGroup:TargetGroup");
    return groups.filter(({ name }) => name.startsWith(`greenlight-${stack}-`)).map(({ properties }) => properties.arn);
  }
});
