import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { deferred, Harness } from "./harness";

describe("a request through the load balancer", () => {
  let harness: Harness;

  beforeEach(async () => (harness = await new Harness().listen()));
  afterEach(() => harness.close());

  it("forwards request and answer as they are", async () => {
    await harness.target(harness.blue, (incoming, response) => {
      void text(incoming).then((body) => {
        const { host, "x-own": own } = incoming.headers;
        response.writeHead(201, "Made", { "set-cookie": ["a=1", "b=2"], "content-type": "application/json" });
        response.end(JSON.stringify({ method: incoming.method, url: incoming.url, host, own, body }));
      });
    });
    const answer = await fetch(`${harness.url}/a%20b?c=d&e`, {
      method: "PUT",
      body: "sent",
      headers: { "X-Own": "1" },
    });
    assert.deepEqual([answer.status, answer.statusText], [201, "Made"]);
    assert.deepEqual(answer.headers.getSetCookie(), ["a=1", "b=2"]);
    const expected = { method: "PUT", url: "/a%20b?c=d&e", host: `127.0.0.1:${harness.port}`, own: "1", body: "sent" };
    assert.deepEqual(await answer.json(), expected);
  });

  it("adds X-Forwarded-For, -Proto and -Port and a trace id, and keeps what the client's own say", async () => {
    await harness.target(harness.blue, (incoming, response) => response.end(JSON.stringify(incoming.headers)));
    const plain = (await (await fetch(harness.url)).json()) as Record<string, string>;
    assert.equal(plain["x-forwarded-for"], "127.0.0.1");
    assert.equal(plain["x-forwarded-proto"], "http");
    assert.equal(plain["x-forwarded-port"], String(harness.port));
    assert.match(plain["x-amzn-trace-id"] ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    const headers = { "X-Forwarded-For": "10.0.0.1", "X-Amzn-Trace-Id": "Self=old;Root=1-67891233-abc;By=me" };
    const traced = (await (await fetch(harness.url, { headers })).json()) as Record<string, string>;
    assert.equal(traced["x-forwarded-for"], "10.0.0.1, 127.0.0.1");
    assert.match(traced["x-amzn-trace-id"] ?? "", /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abc;By=me$/);
  });

  it("keeps connections to clients and to targets independently of each other", async () => {
    const upstream = new Set<unknown>();
    const app = await harness.app((incoming, response) => {
      upstream.add(incoming.socket);
      response.setHeader("connection", incoming.url === "/close" ? "close" : "keep-alive");
      response.end(incoming.headers.connection);
    });
    await harness.blue.whenHealthy(harness.blue.register({ host: "127.0.0.1", port: app.port, label: "blue-1" }));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const client = new Set<unknown>();
    const visit = async (path: string, headers = {}) => {
      const outgoing = get(`${harness.url}${path}`, { agent, headers });
      const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
      client.add(outgoing.socket);
      return { connection: answer.headers.connection, body: await text(answer) };
    };
    const kept = { connection: "keep-alive", body: "keep-alive" };
    assert.deepEqual(await visit("/"), kept);
    assert.deepEqual(await visit("/", { "keep-alive": "timeout=1" }), kept);
    assert.equal(upstream.size, 1);
    assert.deepEqual(await visit("/close"), kept);
    assert.equal(client.size, 1);
    assert.deepEqual(await visit("/", { connection: "close" }), { connection: "close", body: "keep-alive" });
    agent.destroy();
  });

  it("streams both ways, with trailers, and sends an answer's head before its body", async () => {
    await harness.target(harness.blue, (incoming, response) => {
      response.writeHead(200, { trailer: "x-checksum" });
      response.flushHeaders();
      incoming.on("data", (chunk: Buffer) => response.write(`echo ${chunk.toString()}`));
      incoming.on("end", () => {
        response.addTrailers({ "x-checksum": "42" });
        response.end();
      });
    });
    const outgoing = request(harness.url, { method: "POST", agent: false });
    outgoing.flushHeaders();
    const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
    for (const part of ["one", "two"]) {
      outgoing.write(part);
      assert.equal(String((await once(answer, "data"))[0]), `echo ${part}`);
    }
    outgoing.end();
    await once(answer, "end");
    assert.equal(answer.trailers["x-checksum"], "42");
  });

  it("reaches an HTTP/1.0 client without chunks and trailers", async () => {
    await harness.target(harness.blue, (_, response) => {
      response.writeHead(200, { trailer: "x-checksum" });
      response.write("bo");
      response.addTrailers({ "x-checksum": "42" });
      response.end("dy");
    });
    const socket = connect(harness.port, "127.0.0.1");
    socket.write("GET / HTTP/1.0\r\n\r\n");
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1.1 200 OK\r\n/);
    assert.match(answer, /\r\n\r\nbody$/);
    assert.doesNotMatch(answer, /chunked|trailer/i);
  });

  for (const how of ["content-length", "chunked"]) {
    it(`breaks the client's connection when the target breaks off its ${how} answer`, async () => {
      await harness.target(harness.blue, (incoming, response) => {
        if (how === "content-length") response.setHeader("content-length", 100);
        response.write("part", () => incoming.socket.destroy());
      });
      const answer = await fetch(harness.url);
      assert.equal(answer.status, 200);
      await assert.rejects(answer.text());
    });
  }

  it("ends the request to the target when the client goes away", async () => {
    const arrived = deferred();
    const gone = deferred();
    await harness.target(harness.blue, (_, response) => {
      response.once("close", () => gone.resolve());
      arrived.resolve();
    });
    const client = new AbortController();
    const answer = fetch(harness.url, { signal: client.signal });
    await arrived.promise;
    client.abort();
    await assert.rejects(answer);
    await gone.promise;
  });

  it("ignores an upgrade other than to a WebSocket", async () => {
    await harness.target(harness.blue, (incoming, response) =>
      response.end(`no ${incoming.headers.upgrade ?? "upgrade"}`),
    );
    const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
    const [answer] = (await once(get(harness.url, { headers, agent: false }), "response")) as [IncomingMessage];
    assert.equal(await text(answer), "no upgrade");
  });
});

describe("a load balancer's idle timeout", () => {
  let harness: Harness;

  beforeEach(async () => (harness = await new Harness({}, { idleTimeoutSeconds: 0.5 }).listen()));
  afterEach(() => harness.close());

  it("answers 504 when a target does not answer in time", async () => {
    await harness.target(harness.blue, () => undefined);
    assert.equal((await fetch(harness.url)).status, 504);
    assert.equal(harness.blue.metrics.httpCodeElb5xxCount, 1);
  });

  it("breaks an answer that stalls", async () => {
    await harness.target(harness.blue, (_, response) => response.write("part"));
    await assert.rejects((await fetch(harness.url)).text());
  });
});
