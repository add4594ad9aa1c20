import assert from "node:assert/strict";
import { once } from "node:events";
import type { TargetGroup } from "../../../rehearsal/load-balancer/target-group";
import { deferred, forwardTo, Harness, healthCheck, listenerArn, weighted } from "./harness";

describe("a target group", () => {
  let harness: Harness;
  let blue: TargetGroup;
  let green: TargetGroup;

  beforeEach(async () => {
    harness = await new Harness().listen();
    ({ blue, green } = harness);
  });
  afterEach(() => harness.close());

  it("has a target healthy after its first passed check", async () => {
    const { port } = await harness.app((_, response) => response.end());
    const target = blue.register({ host: "127.0.0.1", port, label: "blue-1" });
    assert.equal(target.state, "initial");
    await blue.whenHealthy(target);
    assert.deepEqual([target.state, target.reason], ["healthy", undefined]);
    assert.deepEqual(blue.targets(), [target]);
  });

  it("has a target registered first, and then checked, before either is known", async () => {
    const { server, port } = await harness.app((_, response) => response.end());
    server.removeAllListeners("request").on("request", (_, response) => response.writeHead(500).end());
    const target = blue.register({ host: "127.0.0.1", port, label: "blue-1" });
    assert.deepEqual([target.state, target.reason], ["initial", "Elb.RegistrationInProgress"]);
    await once(blue, "health");
    assert.deepEqual([target.state, target.reason], ["initial", "Elb.InitialHealthChecking"]);
  });

  it("has a target unhealthy when checks fail, and healthy again when they pass", async () => {
    const target = await harness.target(blue, (_, response) => response.end());
    const app = await harness.app((_, response) => response.end());
    const other = blue.register({ host: "127.0.0.1", port: app.port, label: "blue-2" });
    await blue.whenHealthy(other);
    let status = 500;
    app.server.removeAllListeners("request").on("request", (_, response) => response.writeHead(status).end());
    while (other.state !== "unhealthy") await once(blue, "health");
    assert.equal(other.reason, "Target.ResponseCodeMismatch");
    assert.deepEqual([blue.next(), blue.next()], [target, target]);
    status = 204;
    await blue.whenHealthy(other);
  });

  it("gives an app the time to start that a scaled clock would deny it", async () => {
    const { server, port } = await harness.app((_, response) => response.end());
    let starting = 6;
    server.removeAllListeners("request");
    server.on("request", (_, response) => response.writeHead(--starting > 0 ? 503 : 200).end());
    const states: string[] = [];
    blue.on("health", ({ state }) => states.push(state));
    await blue.whenHealthy(blue.register({ host: "127.0.0.1", port, label: "blue-1" }));
    assert.deepEqual(states, ["initial", "healthy"]);
  });

  it("checks nothing while no listener uses it", async () => {
    const target = await harness.target(green, (_, response) => response.end());
    assert.deepEqual([target.state, target.reason], ["unused", "Target.NotInUse"]);
    harness.loadBalancer.modifyListener(listenerArn, [weighted([blue, 1], [green, 0])]);
    assert.equal(target.state, "initial");
    await green.whenHealthy(target);
    harness.loadBalancer.modifyListener(listenerArn, [forwardTo(blue)]);
    assert.equal(target.state, "unused");
  });

  it("takes healthy targets in turn", async () => {
    const targets = [
      await harness.target(blue, (_, response) => response.end()),
      await harness.target(blue, (_, response) => response.end()),
    ];
    const turns = [blue.next(), blue.next(), blue.next(), blue.next()];
    assert.equal(new Set(turns).size, 2);
    assert.deepEqual(turns.slice(2), turns.slice(0, 2));
    assert.deepEqual(new Set(turns), new Set(targets));
  });

  it("fails open when none of its targets is healthy, and has none to offer when all are draining", async () => {
    const [one, other] = [1, 2].map((port) => blue.register({ host: "127.0.0.1", port, label: `blue-${port}` }));
    assert.ok(one && other);
    assert.deepEqual(new Set([blue.next(), blue.next()]), new Set([one, other]));
    const drained = blue.deregister(one);
    assert.equal(one.state, "draining");
    assert.deepEqual([blue.next(), blue.next()], [other, other]);
    await Promise.all([drained, blue.deregister(other)]);
    assert.equal(blue.next(), undefined);
    assert.deepEqual(blue.targets(), []);
  });

  it("stops waiting for health when the target is deregistered or the waiter gives up", async () => {
    const target = blue.register({ host: "127.0.0.1", port: 1, label: "blue-1" });
    const giveUp = new AbortController();
    const waits = [blue.whenHealthy(target), blue.whenHealthy(target, giveUp.signal)];
    giveUp.abort(new Error("enough"));
    await assert.rejects(waits[1] ?? Promise.resolve(), /enough/);
    await blue.deregister(target);
    await assert.rejects(waits[0] ?? Promise.resolve(), /blue-1 was deregistered from blue before it was healthy/);
  });

  it("refuses a malformed matcher", () => {
    assert.throws(() => new Harness({ healthCheck: { ...healthCheck, matcher: "ok" } }), /matcher "ok"/);
  });

  it("deregisters an idle target at once and closes its unused connections", async () => {
    const app = await harness.app((_, response) => response.end("kept"));
    const connectionClosed = deferred();
    app.server.on(
      "request",
      (request) => request.url === "/" && request.socket.once("close", () => connectionClosed.resolve()),
    );
    const target = blue.register({ host: "127.0.0.1", port: app.port, label: "blue-1" });
    await blue.whenHealthy(target);
    assert.equal(await (await fetch(harness.url)).text(), "kept");
    await blue.deregister(target);
    await connectionClosed.promise;
  });

  it("keeps a draining target until its requests are answered, and sends it no new one", async () => {
    const arrived = deferred();
    const answer = deferred();
    const target = await harness.target(blue, (_, response) => {
      arrived.resolve();
      void answer.promise.then(() => response.end("slow"));
    });
    await harness.target(blue, (_, response) => response.end("other"));
    while (blue.next() === target);
    const slow = fetch(harness.url);
    await arrived.promise;
    let deregistered = false;
    const drained = blue.deregister(target).then(() => (deregistered = true));
    assert.equal(target.reason, "Target.DeregistrationInProgress");
    for (let i = 0; i < 4; i++) assert.equal(await (await fetch(harness.url)).text(), "other");
    assert.equal(deregistered, false);
    answer.resolve();
    assert.equal(await (await slow).text(), "slow");
    await drained;
  });
});

describe("a target group whose deregistration delay is over", () => {
  it("cuts what is still in flight: 502 before the answer has begun, a broken answer after", async () => {
    const harness = await new Harness({ deregistrationDelaySeconds: 0.05 }).listen();
    try {
      const waiting = deferred();
      const target = await harness.target(harness.blue, (request, response) => {
        if (request.url === "/begun") response.write("first");
        else waiting.resolve();
      });
      const begun = await fetch(`${harness.url}/begun`);
      const pending = fetch(`${harness.url}/waiting`);
      await waiting.promise;
      await harness.blue.deregister(target);
      assert.equal((await pending).status, 502);
      await assert.rejects(begun.text());
      assert.deepEqual(harness.blue.targets(), []);
    } finally {
      await harness.close();
    }
  });
});
