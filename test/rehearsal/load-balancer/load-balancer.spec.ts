import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { Pool } from "undici";
import type { AccessLogEntry } from "../../../rehearsal/load-balancer/listener";
import { deferred, forwardTo, Harness, listenerArn, weighted } from "./harness";

describe("a load balancer", () => {
  let harness: Harness;

  beforeEach(async () => (harness = await new Harness().listen()));
  afterEach(() => harness.close());

  const answers = (body: string) => (_: IncomingMessage, response: { end(body: string): unknown }) =>
    response.end(body);

  it("answers 503 when the target group has no target", async () => {
    const answer = await fetch(harness.url);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get("server"), "awselb/2.0");
    assert.deepEqual(harness.blue.metrics, { requestCount: 1, httpCodeElb5xxCount: 1, httpCodeTarget5xxCount: 0 });
  });

  it("answers 503 when every weight is 0", async () => {
    await harness.target(harness.blue, answers("blue"));
    harness.loadBalancer.modifyListener(listenerArn, [weighted([harness.blue, 0])]);
    assert.equal((await fetch(harness.url)).status, 503);
  });

  it("fails open to unhealthy targets and answers 502 when they refuse or reset the connection", async () => {
    const { server, port } = await harness.app((incoming) => incoming.socket.resetAndDestroy());
    harness.blue.register({ host: "127.0.0.1", port, label: "blue-1" });
    assert.equal((await fetch(harness.url)).status, 502);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.equal((await fetch(harness.url, { method: "POST", body: "x".repeat(100_000) })).status, 502);
    assert.equal(harness.blue.metrics.httpCodeElb5xxCount, 2);
  });

  it("passes a target's own errors on and counts them as the target's", async () => {
    await harness.target(harness.blue, (_, response) => response.writeHead(500).end("mine"));
    const answer = await fetch(harness.url);
    assert.deepEqual([answer.status, await answer.text()], [500, "mine"]);
    assert.deepEqual(harness.blue.metrics, { requestCount: 1, httpCodeElb5xxCount: 0, httpCodeTarget5xxCount: 1 });
  });

  it("routes by weight, and never to weight 0", async () => {
    await harness.target(harness.blue, answers("blue"));
    harness.loadBalancer.modifyListener(listenerArn, [weighted([harness.blue, 1], [harness.green, 1])]);
    await harness.target(harness.green, answers("green"));
    const seen = async (count: number) => {
      const bodies = await Promise.all(Array.from({ length: count }, async () => (await fetch(harness.url)).text()));
      return new Set(bodies);
    };
    assert.deepEqual(await seen(60), new Set(["blue", "green"]));
    harness.loadBalancer.modifyListener(listenerArn, [weighted([harness.blue, 0], [harness.green, 100])]);
    assert.deepEqual(await seen(60), new Set(["green"]));
  });

  it("tells of each request as it is routed, under the client's trace id", async () => {
    const target = await harness.target(harness.blue, answers("blue"));
    const entries: AccessLogEntry[] = [];
    harness.loadBalancer.on("request", (entry) => entries.push(entry));
    await fetch(harness.url, { headers: { "X-Amzn-Trace-Id": "Root=1-0-mine" } });
    const targetGroupArn = harness.blue.arn;
    assert.deepEqual(entries, [{ listenerArn, traceId: "Root=1-0-mine", targetGroupArn, target }]);
  });

  it("loses nothing of keep-alive traffic while its listener is modified", async () => {
    const slowly = (body: string) => (_: IncomingMessage, response: { end(body: string): unknown }) =>
      setTimeout(() => response.end(body), Math.random() * 10);
    const { blue, green, loadBalancer } = harness;
    await harness.target(blue, slowly("blue"));
    loadBalancer.modifyListener(listenerArn, [weighted([blue, 100], [green, 0])]);
    await harness.target(green, slowly("green"));
    const pool = new Pool(harness.url, { connections: 8 });
    let answered = 0;
    const shifts = new Map([50, 150, 250].map((at, index) => [at, index % 2 === 0 ? green : blue]));
    const bodies = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const { statusCode, body } = await pool.request({ path: "/", method: "GET" });
        assert.equal(statusCode, 200);
        const color = await body.text();
        const next = shifts.get(++answered);
        if (next) loadBalancer.modifyListener(listenerArn, [weighted([next, 100], [next === blue ? green : blue, 0])]);
        return color;
      }),
    );
    assert.deepEqual(new Set(bodies), new Set(["blue", "green"]));
    const { body } = await pool.request({ path: "/", method: "GET" });
    assert.equal(await body.text(), "green");
    await pool.close();
  });

  it("lets a request finish on the old target group and routes the next one of its connection to the new", async () => {
    const arrived = deferred();
    const finish = deferred();
    await harness.target(harness.blue, (_, response) => {
      response.write("bl");
      arrived.resolve();
      void finish.promise.then(() => response.end("ue"));
    });
    await harness.target(harness.green, answers("green"));
    const pool = new Pool(harness.url, { connections: 1 });
    const first = await pool.request({ path: "/", method: "GET" });
    await arrived.promise;
    harness.loadBalancer.modifyListener(listenerArn, [forwardTo(harness.green)]);
    finish.resolve();
    assert.equal(await first.body.text(), "blue");
    assert.equal(await (await pool.request({ path: "/", method: "GET" })).body.text(), "green");
    await pool.close();
  });

  it("performs rules before the default actions, and changes of them", async () => {
    await harness.target(harness.blue, answers("blue"));
    const fixed = (messageBody: string) =>
      [
        { type: "fixed-response", fixedResponse: { statusCode: "418", contentType: "text/plain", messageBody } },
      ] as const;
    const rules = [
      { arn: "arn:rule", priority: 1, conditions: [{ pathPattern: { values: ["/tea"] } }], actions: fixed("tea") },
    ];
    const props = { arn: "arn:listener/test", port: 8090, localPort: 0, protocol: "HTTP" as const, rules };
    const { localPort } = await harness.loadBalancer.listen({ ...props, defaultActions: [forwardTo(harness.blue)] });
    const visit = async (path: string) => (await fetch(`http://127.0.0.1:${localPort}${path}`)).text();
    assert.deepEqual([await visit("/"), await visit("/tea")], ["blue", "tea"]);
    harness.loadBalancer.modifyRule("arn:rule", fixed("more tea"));
    assert.equal(await visit("/tea"), "more tea");
    assert.equal(harness.loadBalancer.describeListeners()[1]?.rules[0]?.arn, "arn:rule");
  });

  it("refuses actions that name an unknown target group, listener or rule, and changes nothing", () => {
    const { loadBalancer } = harness;
    const unknown = [{ type: "forward", targetGroupArn: "arn:tg/red" }] as const;
    assert.throws(
      () => loadBalancer.modifyListener(listenerArn, unknown),
      /TargetGroupNotFound.*arn:tg\/red.*arn:tg\/blue/,
    );
    assert.throws(() => loadBalancer.modifyListener("arn:none", [forwardTo(harness.blue)]), /ListenerNotFound/);
    assert.throws(() => loadBalancer.modifyRule("arn:none", [forwardTo(harness.blue)]), /RuleNotFound/);
    assert.deepEqual(loadBalancer.describeListeners()[0]?.defaultActions, [forwardTo(harness.blue)]);
  });

  it("names a port that is in use, and the way out", async () => {
    const defaultActions = [forwardTo(harness.blue)];
    const props = { arn: "arn:listener/test", port: 8090, localPort: harness.port, protocol: "HTTP" as const };
    await assert.rejects(
      harness.loadBalancer.listen({ ...props, defaultActions }),
      new RegExp(`port ${harness.port} .*listener 8090: it is already in use.*--port-offset`),
    );
    assert.equal(harness.loadBalancer.describeListeners().length, 1);
  });

  it("ends connections and frees its ports when it is closed", async () => {
    const arrived = deferred();
    await harness.target(harness.blue, () => arrived.resolve());
    const answer = fetch(harness.url).catch((error: Error) => error);
    await arrived.promise;
    await harness.loadBalancer.close();
    assert.ok((await answer) instanceof Error);
    const [error] = (await once(connect(harness.port, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
    await harness.loadBalancer.close();
  });
});
