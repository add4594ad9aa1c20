import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import { Clock } from "../../rehearsal/clock";
import { Timeline, type TimelineEvent } from "../../rehearsal/events";
import { countsOf, totals } from "../../rehearsal/traffic/report";
import { dueMs } from "../../rehearsal/traffic/schedule";
import { listen, metersOfEachTest, until } from "./support/meters";

describe("the traffic meter", () => {
  let server: Server;
  const start = metersOfEachTest();

  beforeEach(() => (server = createServer()));

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("finds exactly the failures that were injected, of each kind, in each class", async () => {
    const injected: Record<string, string[]> = { "/fresh": [], "/kept": [], "/up": [], "/down": [] };
    const enough = new Promise<void>((resolve) => {
      server.on("request", (request: IncomingMessage, response: ServerResponse) => {
        const kinds = injected[request.url!]!;
        const kind = faults[kinds.length] ?? "ok";
        kinds.push(kind);
        inject(kind, response);
        if (Object.values(injected).every(({ length }) => length >= faults.length)) resolve();
      });
    });
    const meter = start({
      url: await listen(server),
      mix: [
        { name: "fresh", path: "/fresh" },
        { name: "keepAlive", path: "/kept", weight: 2 },
        { name: "upload", path: "/up", bodyBytes: 1000 },
        { name: "download", path: "/down" },
      ],
      versions: { identify: (_, headers) => headers["x-version"] as string, isExpected: (version) => version === "v1" },
    });
    await enough;
    const report = await meter.stop();

    for (const { path, sent, ok, failed } of report.classes) {
      const times = (...kinds: string[]): number => injected[path]!.filter((kind) => kinds.includes(kind)).length;
      const truncated = times("cutShort", "cutChunks");
      const wrongVersion = times("wrongVersion", "nameless");
      const expected = countsOf((kind) => ({ truncated, wrongVersion })[kind as string] ?? times(kind));
      assert.deepEqual([sent, ok, failed], [injected[path]!.length, times("ok"), expected], path);
    }
    assert.deepEqual([report.answeredBy.v2, report.answeredBy.unknown], [8, 8]);
  });

  it("gives up on silent servers, each class in its own time", async () => {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === "/late") response.writeHead(200, { "content-length": 10 }).write("half");
      if (request.url === "/") response.end();
    });
    const meter = start({
      url: await listen(server),
      mix: [
        { name: "fresh", path: "/silent", timeoutMs: 200 },
        { name: "long", path: "/late", timeoutMs: 200 },
        { name: "keepAlive", path: "/" },
      ],
    });
    await until(meter, ({ ok, byKind }) => ok >= 3 && byKind.timeout >= 6);
    const [silent, late, fine] = (await meter.stop()).classes;

    assert.equal(silent!.failed.timeout, silent!.sent);
    assert.equal(late!.failed.timeout, late!.sent);
    assert.equal(fine!.ok, fine!.sent);
  });

  it("finds exactly the requests that were refused, and the gap they make", async () => {
    const url = await listen(server);
    server.close();
    const meter = start({ url });
    await until(meter, ({ failed }) => failed >= 5);
    let served = 0;
    server.on("request", (_, response: ServerResponse) => {
      served++;
      response.end();
    });
    server.listen(Number(new URL(url).port), "127.0.0.1");
    await until(meter, ({ ok }) => ok >= 10);
    const report = await meter.stop();

    const { sent, ok, byKind } = totals(report);
    assert.equal(ok, served);
    assert.equal(byKind.refused, sent - served);
    assert.ok(report.longestGapMs >= dueMs(5, report.ratePerSecond), "the refused requests lie within the gap");
  });

  it("sends the next requests on time however slow an answer is, and counts its whole time", async () => {
    const waiting: ServerResponse[] = [];
    let requests = 0;
    server.on("request", (_, response: ServerResponse) => {
      requests++;
      if (requests === 1) waiting.push(response);
      else response.end();
      if (requests === 21) waiting[0]!.end();
    });
    const meter = start({ url: await listen(server), mix: [{ name: "keepAlive", path: "/" }] });
    await until(meter, ({ ok }) => ok >= 21);
    const report = await meter.stop();

    assert.equal(totals(report).failed, 0);
    assert.ok(report.classes[0]!.latency.maxMs >= dueMs(20, 200), "20 others were sent in the meantime");
  });

  it("counts latency from the intended send time when this machine is late", async () => {
    server.on("request", (_, response: ServerResponse) => response.end());
    const meter = start({ url: await listen(server) });
    await until(meter, ({ ok }) => ok >= 5);
    const busyUntil = performance.now() + 100;
    while (performance.now() < busyUntil);
    const before = totals(meter.snapshot()).sent;
    await until(meter, ({ ok }) => ok >= before + 18);
    const report = await meter.stop();

    assert.ok(report.worstLatenessMs >= 90);
    assert.ok(Math.max(...report.classes.map(({ latency }) => latency.maxMs)) >= 90);
    const due = Math.floor((report.durationMs * report.ratePerSecond) / 1000) + 1;
    assert.equal(totals(report).sent, due, "nothing was skipped");
  });

  it("does not send what could no longer be answered in time, and says so", async () => {
    server.on("request", (_, response: ServerResponse) => response.end());
    const meter = start({ url: await listen(server), timeoutMs: 50 });
    const busyUntil = performance.now() + 200;
    while (performance.now() < busyUntil);
    await until(meter, ({ unsent, ok }) => unsent > 0 && ok > 0);
    const report = await meter.stop();

    const { sent, ok, failed, unsent } = totals(report);
    assert.equal(sent, ok + failed);
    assert.equal(sent + unsent, Math.floor((report.durationMs * report.ratePerSecond) / 1000) + 1);
  });

  it("uses a connection for one request, or again and again, as its class says", async () => {
    const connections = new Set<Socket>();
    const fresh = { requests: 0, connections: new Set<Socket>() };
    const kept = { requests: 0, connections: new Set<Socket>() };
    const traceIds = new Set<unknown>();
    server.on("connection", (socket: Socket) => connections.add(socket));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const seen = request.url === "/fresh" ? fresh : kept;
      seen.requests++;
      seen.connections.add(request.socket);
      traceIds.add(request.headers["x-amzn-trace-id"]);
      response.end();
    });
    const mix = [{ name: "fresh", path: "/fresh" } as const, { name: "long", path: "/kept" } as const];
    const meter = start({ url: await listen(server), mix });
    await until(meter, ({ ok }) => ok >= 40);
    const report = await meter.stop();

    assert.equal(fresh.connections.size, fresh.requests);
    assert.ok(kept.connections.size < kept.requests);
    assert.equal(traceIds.size, totals(report).sent);
  });

  it("stops once, after the requests under way, and leaves no connection", async () => {
    let held: ServerResponse | undefined;
    const holding = new Promise<void>((resolve) => {
      server.on("request", (_, response: ServerResponse) => {
        held = response;
        resolve();
      });
    });
    const meter = start({ url: await listen(server), ratePerSecond: 0.01 });
    await holding;
    const stopping = meter.stop();
    held!.end("late");
    assert.equal(totals(await stopping).ok, 1);
    assert.equal(await meter.stop(), await stopping);
    server.close();
    await once(server, "close");
  });

  it("tells of its beginning, each of the first failures, and its end", async () => {
    server.on("request", (_, response: ServerResponse) => response.writeHead(503).end());
    const timeline = new Timeline(new Clock(60));
    const events: TimelineEvent[] = [];
    timeline.on((event) => events.push(event));
    const meter = start({ url: await listen(server), ratePerSecond: 400, timeline });
    await until(meter, ({ failed }) => failed >= 25);
    const report = await meter.stop();

    const types = events.map(({ type }) => type);
    assert.deepEqual(types, ["traffic.started", ...Array<string>(20).fill("traffic.failed"), "traffic.stopped"]);
    assert.equal(report.failures.length, 20);
    assert.equal(events[1]!.text, "fresh request failed: status 503");
  });

  it("visits WebSockets: open, kept, answered; those cut off, refused, reset and silent are found", async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const kinds = ["ok", "cut", "serverError", "reset", "cut", "ok", "reset", "reset", "cut"];
    const seen: string[] = [];
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head) => {
      if (request.url === "/silent") return;
      const kind = kinds[seen.length] ?? "ok";
      seen.push(kind);
      if (kind === "reset") socket.resetAndDestroy();
      else if (kind === "serverError") socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
      else sockets.handleUpgrade(request, socket, head, (opened) => kind === "cut" && opened.close(1001));
    });
    const meter = start({
      url: await listen(server),
      mix: [
        { name: "webSocket", path: "/", openMs: 20 },
        { name: "webSocket", path: "/silent", timeoutMs: 200 },
      ],
    });
    await until(meter, ({ ok, byKind }) => ok >= 5 && byKind.timeout >= 3);
    const [fine, silent] = (await meter.stop()).classes;

    const times = (wanted: string): number => seen.filter((kind) => kind === wanted).length;
    const expected = { ...countsOf(() => 0), truncated: 3, serverError: 1, reset: 3 };
    assert.deepEqual([fine!.sent, fine!.ok, fine!.failed], [seen.length, times("ok"), expected]);
    assert.equal(silent!.failed.timeout, silent!.sent);
  });
});

/** What happens to the first requests of a class, one by one; later ones are answered. */
const faults = [
  ...["ok", "reset", "ok", "serverError", "cutShort", "ok", "otherStatus", "ok", "wrongVersion", "ok"],
  ...["cutChunks", "ok", "nameless", "ok", "nameless", "reset", "reset", "cutShort", "ok"],
  ...["cutChunks", "cutChunks", "serverError", "otherStatus", "ok", "wrongVersion"],
];

function inject(kind: string, response: ServerResponse): void {
  const headers = { "x-version": "v1" };
  switch (kind) {
    case "reset":
      response.socket!.resetAndDestroy();
      return;
    case "serverError":
      response.writeHead(503).end("no");
      return;
    case "otherStatus":
      response.writeHead(404).end("no");
      return;
    case "cutShort":
      response.writeHead(200, { ...headers, "content-length": 100 });
      response.write("not a hundred", () => response.destroy());
      return;
    case "cutChunks":
      response.writeHead(200, headers);
      response.write("a first chunk", () => response.destroy());
      return;
    case "wrongVersion":
      response.writeHead(200, { "x-version": "v2" }).end("yes");
      return;
    case "nameless":
      response.end("yes");
      return;
    default:
      response.writeHead(200, headers).end("yes");
  }
}
