import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { constants, createSecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { CertificateAuthority } from "../../rehearsal/load-balancer/certificates";
import { localClient } from "../../rehearsal/load-balancer/clients";
import { defaultMix } from "../../rehearsal/traffic/mix";
import { countsOf, totals } from "../../rehearsal/traffic/report";
import { listen, metersOfEachTest, until } from "./support/meters";

describe("the traffic meter's further classes", () => {
  let server: Server;
  const start = metersOfEachTest();

  beforeEach(() => (server = createServer()));

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("sends pipelined requests on one connection, and finds exactly those that failed", async () => {
    const sockets = new Set<Socket>();
    const statuses: number[] = [];
    server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
      sockets.add(socket);
      statuses.push([200, 503, 404, 200][statuses.length % 4]!);
      response.writeHead(statuses.at(-1)!).end();
    });
    const meter = start({ url: await listen(server), mix: [{ name: "pipelined", path: "/" }] });
    await until(meter, ({ ok, failed }) => ok + failed >= 20);
    const [report] = (await meter.stop()).classes;

    const times = (status: number): number => statuses.filter((it) => it === status).length;
    const expected = { ...countsOf(() => 0), serverError: times(503), otherStatus: times(404) };
    assert.deepEqual([report!.sent, report!.ok, report!.failed], [statuses.length, times(200), expected]);
    assert.equal(sockets.size, 1);
  });

  it("sets no timer for a moment that has passed, however late the event loop is", async () => {
    const { setTimeout: original } = globalThis;
    const waits: number[] = [];
    server.on("request", (_, response: ServerResponse) => response.end());
    const url = await listen(server);
    globalThis.setTimeout = ((callback: () => void, ms: number, ...rest: []) => {
      waits.push(ms);
      return original(callback, ms, ...rest);
    }) as typeof setTimeout;
    try {
      const meter = start({ url, ratePerSecond: 1_000, mix: [{ name: "fresh", path: "/" }] });
      for (let turn = 0; turn < 5; turn++) {
        // Longer than the time between requests, each of which is sent late.
        for (const end = performance.now() + 20; performance.now() < end;);
        await new Promise((resolve) => original(resolve, 1));
      }
      await meter.stop();
    } finally {
      globalThis.setTimeout = original;
    }
    assert.ok(waits.length > 0);
    assert.deepEqual(
      waits.filter((ms) => ms < 0),
      [],
    );
  });

  it("hangs up where a client means to, and counts what failed before that", async () => {
    let seen = 0;
    let resets = 0;
    let hungUp = 0;
    server.on("request", (_, response: ServerResponse) => {
      if (++seen % 3 === 0) {
        resets++;
        response.socket!.resetAndDestroy();
      } else {
        response.once("close", () => hungUp++);
        response.writeHead(200).write("a beginning");
      }
    });
    // Long enough for a busy machine to have seen every request, and to have reset its connection.
    const mix = [{ name: "hangUp", path: "/", openMs: 2_000 } as const];
    const meter = start({ url: await listen(server), mix });
    await until(meter, ({ ok, failed }) => ok >= 10 && failed >= 5);
    const [report] = (await meter.stop()).classes;

    assert.deepEqual([report!.sent, report!.failed.reset], [seen, resets]);
    assert.equal(report!.ok, seen - resets);
    while (hungUp < seen - resets) await new Promise(setImmediate);
  });

  it("uploads whole bodies", async () => {
    const lengths = new Set<number>();
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      let bytes = 0;
      request.on("data", (chunk: Buffer) => (bytes += chunk.length));
      request.on("end", () => {
        lengths.add(bytes);
        response.end();
      });
    });
    const meter = start({ url: await listen(server), mix: [{ name: "upload", path: "/", bodyBytes: 300_000 }] });
    await until(meter, ({ ok }) => ok >= 5);
    assert.equal(totals(await meter.stop()).failed, 0);
    assert.deepEqual([...lengths], [300_000]);
  });

  it("speaks HTTP/2 on one connection to an HTTPS listener, and finds exactly those that failed", async () => {
    const authority = await CertificateAuthority.create();
    const { certificate: cert, privateKey: key } = await authority.issue(["app.example.com"]);
    const secure = createSecureServer({ cert, key, allowHTTP1: true });
    const sessions = new Set<unknown>();
    const kinds: string[] = [];
    secure.on("session", (session) => sessions.add(session));
    secure.on("stream", (stream) => {
      kinds.push(["ok", "serverError", "reset", "truncated", "ok"][kinds.length % 5]!);
      const kind = kinds.at(-1)!;
      // What it closes with an error it is told of as well.
      stream.on("error", () => undefined);
      if (kind === "reset") return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      stream.respond({ ":status": kind === "serverError" ? 503 : 200 });
      if (kind === "truncated") stream.write("half", () => stream.destroy(new Error("cut off")));
      else stream.end("an answer");
    });
    await once(secure.listen(0, "127.0.0.1"), "listening");
    const url = `https://app.example.com:${(secure.address() as AddressInfo).port}`;
    const client = localClient(authority.certificate);
    const meter = start({ url, client, mix: [{ name: "http2", path: "/" }] });
    await until(meter, ({ ok, failed }) => ok + failed >= 25);
    const [report] = (await meter.stop()).classes;
    secure.close();

    const times = (kind: string): number => kinds.filter((it) => it === kind).length;
    const expected = countsOf((kind) => times(kind));
    assert.deepEqual([report!.sent, report!.ok, report!.failed], [kinds.length, times("ok"), expected]);
    assert.equal(sessions.size, 1);
  });

  it("asks for the front page over HTTP/2, too, where the listener speaks it", () => {
    const names = (url: string) => defaultMix(url).map(({ name }) => name);
    assert.deepEqual(names("http://app.example.com"), ["fresh", "keepAlive"]);
    assert.deepEqual(names("https://app.example.com"), ["fresh", "keepAlive", "http2"]);
  });
});
