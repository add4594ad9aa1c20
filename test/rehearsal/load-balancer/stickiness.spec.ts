import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { TrafficRoutes } from "../../../rehearsal/blue-green/traffic-routes";
import type { ForwardAction } from "../../../rehearsal/load-balancer/actions";
import type { TargetGroup } from "../../../rehearsal/load-balancer/target-group";
import { Harness, listenerArn, weighted } from "./harness";

const week = 7 * 24 * 3600;

/** A browser, as far as cookies go. */
class Client {
  private readonly jar = new Map<string, string>();
  lastSet: string[] = [];

  constructor(private readonly harness: Harness) {}

  async ask(): Promise<string> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(this.harness.url, { headers: cookie ? { cookie } : {} });
    this.lastSet = answer.headers.getSetCookie();
    for (const set of this.lastSet) {
      const [name, value] = set.split(";")[0]!.split("=") as [string, string];
      this.jar.set(name, value);
    }
    return answer.ok ? answer.text() : String(answer.status);
  }
}

describe("a target group that keeps clients", () => {
  let harness: Harness;
  let blue: TargetGroup;
  let green: TargetGroup;

  const start = async (stickinessSeconds: number, tasks: readonly string[] = ["v1-1", "v1-2"]) => {
    harness = await new Harness({ stickinessSeconds }).listen();
    ({ blue, green } = harness);
    for (const label of tasks) await harness.target(blue, (_, response) => response.end(label));
    return new Client(harness);
  };
  const forward = (weights: ForwardAction, groupSeconds: number): ForwardAction => {
    return { type: "forward", forward: { ...weights.forward!, stickiness: { enabled: true, duration: groupSeconds } } };
  };
  afterEach(() => harness.close());

  it("brings a client back to its task, and others to theirs in turn", async () => {
    const client = await start(week);
    const first = await client.ask();
    const others = [await new Client(harness).ask(), await new Client(harness).ask(), await new Client(harness).ask()];
    assert.deepEqual([...new Set(others)].sort(), ["v1-1", "v1-2"]);
    for (let request = 0; request < 4; request++) assert.equal(await client.ask(), first);
  });

  it("sets both cookies beside the task's own, for a week", async () => {
    harness = await new Harness({ stickinessSeconds: week }).listen();
    await harness.target(harness.blue, (_, response) => response.setHeader("set-cookie", "own=1").end());
    const client = new Client(harness);
    await client.ask();
    const [own, plain, cors] = client.lastSet;
    assert.equal(own, "own=1");
    assert.match(plain!, /^AWSALB=[\w-]+; Expires=\w{3}, .* GMT; Path=\/$/);
    assert.match(cors!, /^AWSALBCORS=[\w-]+; .*; SameSite=None$/);
  });

  it("gives a client another task when its own has gone", async () => {
    const client = await start(week);
    const first = await client.ask();
    const target = blue.targets()[first === "v1-1" ? 0 : 1]!;
    await blue.deregister(target);
    const second = await client.ask();
    assert.notEqual(second, first);
    assert.equal(await client.ask(), second);
  });

  it("lets a client go when its time is over", async () => {
    // At the harness's scale a second of AWS time takes ten milliseconds.
    const client = await start(1);
    const seen = new Set<string>();
    for (let request = 0; request < 4; request++) {
      seen.add(await client.ask());
      await sleep(20);
    }
    assert.equal(seen.size, 2);
  });

  it("does not go into a forward to both groups that keeps no client with its group", async () => {
    await start(week);
    const both = weighted([blue, 100], [green, 0]);
    assert.throws(
      () => harness.loadBalancer.modifyListener(listenerArn, [both]),
      /InvalidLoadBalancerAction: You must enable group stickiness/,
    );
    harness.loadBalancer.modifyListener(listenerArn, [forward(both, 1)]);
  });

  it("moves a client with the weights once its time with the group is over", async () => {
    const client = await start(week);
    await harness.target(green, (_, response) => response.end("v2"));
    harness.loadBalancer.modifyListener(listenerArn, [forward(weighted([blue, 100], [green, 0]), 1)]);
    await green.whenHealthy(green.targets()[0]!);
    assert.match(await client.ask(), /^v1/);
    harness.loadBalancer.modifyListener(listenerArn, [forward(weighted([blue, 0], [green, 100]), 1)]);
    await sleep(20);
    assert.equal(await client.ask(), "v2");
  });

  it("keeps a client with its group whatever the weights, even when the group is empty", async () => {
    const client = await start(week, ["v1"]);
    await harness.target(green, (_, response) => response.end("v2"));
    harness.loadBalancer.modifyListener(listenerArn, [forward(weighted([blue, 100], [green, 0]), week)]);
    assert.equal(await client.ask(), "v1");
    harness.loadBalancer.modifyListener(listenerArn, [forward(weighted([blue, 0], [green, 100]), week)]);
    await green.whenHealthy(green.targets()[0]!);
    assert.equal(await client.ask(), "v1");
    assert.equal(await new Client(harness).ask(), "v2");
    await blue.deregister(blue.targets()[0]!);
    assert.equal(await client.ask(), "503");
  });

  it("is shifted by a deployment where the listeners keep clients with their group", async () => {
    const client = await start(week);
    await harness.target(green, (_, response) => response.end("v2"));
    const routes = new TrafficRoutes({ production: [listenerArn], test: [] }, harness.loadBalancer, [blue, green]);
    assert.throws(() => routes.sendProduction(green, 100), /InvalidLoadBalancerAction/);
    harness.loadBalancer.modifyListener(listenerArn, [forward(weighted([blue, 1], [green, 0]), 1)]);
    await green.whenHealthy(green.targets()[0]!);
    assert.match(await client.ask(), /^v1/);
    routes.sendProduction(green, 100);
    await sleep(20);
    assert.equal(await client.ask(), "v2");
  });
});
