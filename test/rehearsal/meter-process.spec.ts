import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Clock } from "../../rehearsal/clock";
import { Timeline, type TimelineEvent } from "../../rehearsal/events";
import type { Answer, TrafficOptions } from "../../rehearsal/traffic/meter";
import { startTrafficProcess } from "../../rehearsal/traffic/meter-process";
import { countsOf, totals } from "../../rehearsal/traffic/report";

describe("the traffic meter in a process of its own", () => {
  let server: Server;
  let port: number;
  let url: string;
  const served = new Map<string, string>();

  beforeEach(async () => {
    served.clear();
    server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    ({ port } = server.address() as AddressInfo);
    url = `http://127.0.0.1:${port}`;
  });

  const next = (timeline: Timeline) =>
    new Promise<void>((resolve) => {
      const ignore = timeline.on(() => {
        ignore();
        resolve();
      });
    });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function start(options: Partial<TrafficOptions> = {}) {
    const timeline = new Timeline(new Clock(60));
    const events: TimelineEvent[] = [];
    timeline.on((event) => events.push(event));
    const mix = [{ name: "keepAlive", path: "/" }] as const;
    const traffic = await startTrafficProcess({ url, ratePerSecond: 200, mix, timeline, ...options });
    return { traffic, timeline, events };
  }

  /** Answers until so many requests have come, the n-th as `kind(n)` says. */
  function answering(enough: number, kind: (count: number) => string): Promise<string[]> {
    const kinds: string[] = [];
    return new Promise((resolve) => {
      server.on("request", (request: IncomingMessage, response: ServerResponse) => {
        const one = kind(kinds.length);
        kinds.push(one);
        served.set(String(request.headers["x-amzn-trace-id"]), one);
        if (one === "reset") response.socket!.resetAndDestroy();
        else if (one === "truncated") {
          response.writeHead(200, { "content-length": 10 });
          response.write("half", () => response.socket!.destroy());
        } else if (one !== "silent") response.writeHead({ broken: 500, unknownPath: 404 }[one] ?? 200).end();
        if (kinds.length === enough) resolve(kinds);
      });
    });
  }

  it("finds exactly the failures that were injected, and asks here who answered", async () => {
    const injected = ["v1", "v1", "reset", "v2", "broken", "unheardOf", "truncated", "unknownPath"];
    const enough = answering(120, (count) => injected[count % injected.length]!);
    const right: Answer[] = [];
    const { traffic, timeline, events } = await start({
      versions: {
        identify: (traceId) => (served.get(traceId) === "unheardOf" ? undefined : served.get(traceId)),
        isExpected: (version) => version === "v1",
      },
      onSuccess: (answer) => right.push(answer),
    });
    const kinds = await enough;
    const report = await traffic.stop();

    const times = (...wanted: string[]): number => kinds.filter((kind) => wanted.includes(kind)).length;
    const { sent, ok, byKind, underWay } = totals(report);
    assert.deepEqual([sent, ok, underWay], [kinds.length, times("v1"), 0]);
    assert.deepEqual(byKind, {
      ...countsOf(() => 0),
      reset: times("reset"),
      truncated: times("truncated"),
      serverError: times("broken"),
      otherStatus: times("unknownPath"),
      wrongVersion: times("v2", "unheardOf"),
    });
    assert.deepEqual(report.answeredBy, { v1: times("v1"), v2: times("v2"), unknown: times("unheardOf") });
    assert.equal(right.length, ok);
    const told = new Set(events.filter(({ type }) => type === "traffic.failed").map(({ detail }) => detail.kind));
    assert.deepEqual(told, new Set(["reset", "truncated", "serverError", "otherStatus", "wrongVersion"]));
    for (const { intendedMs, endedMs } of right)
      assert.ok(0 <= intendedMs && intendedMs <= endedMs && endedMs <= timeline.clock.elapsedMs);
    assert.equal(await traffic.stop(), report);
  });

  it("finds exactly the requests that were never answered", async () => {
    const enough = answering(20, (count) => (count % 2 === 0 ? "silent" : "v1"));
    const { traffic } = await start({ ratePerSecond: 50, timeoutMs: 3_000 });
    const kinds = await enough;
    const { sent, ok, byKind } = totals(await traffic.stop());

    const silent = kinds.filter((kind) => kind === "silent").length;
    assert.deepEqual(
      [sent, ok, byKind],
      [kinds.length, kinds.length - silent, { ...countsOf(() => 0), timeout: silent }],
    );
  });

  it("finds exactly the requests that were refused", async () => {
    server.close();
    await once(server, "close");
    const { traffic, events, timeline } = await start();
    while (events.length < 5) await next(timeline);
    const enough = answering(10, () => "v1");
    server.listen(port, "127.0.0.1");
    const kinds = await enough;
    const { sent, ok, byKind } = totals(await traffic.stop());

    assert.deepEqual([ok, byKind], [kinds.length, { ...countsOf(() => 0), refused: sent - kinds.length }]);
    assert.ok(byKind.refused >= 5);
  });

  it("does not send what could no longer be answered in time, and counts exactly those requests as unsent", async () => {
    const first = answering(1, () => "v1");
    const { traffic, timeline } = await start({ timeoutMs: 1_000 });
    const kinds = await first;
    const { pid } = (traffic as unknown as { child: { pid: number } }).child;
    process.kill(pid, "SIGSTOP");
    // The machine has no time for the meter: longer than an answer may take.
    await timeline.clock.wait(1_500 * timeline.clock.scale);
    process.kill(pid, "SIGCONT");
    const before = kinds.length;
    while (kinds.length === before) await once(server, "request");
    const report = await traffic.stop();

    const { sent, unsent } = totals(report);
    const due = Math.floor((report.durationMs * report.ratePerSecond) / 1000) + 1;
    assert.equal(unsent, due - sent);
    assert.ok(unsent > 0 && report.worstLatenessMs >= 1_000);
  });

  it("says so when it ends by itself", async () => {
    const enough = answering(1, () => "v1");
    const { traffic } = await start();
    await enough;
    const { child } = traffic as unknown as { child: { pid: number } };
    process.kill(child.pid, "SIGKILL");
    await assert.rejects(traffic.stop(), /the meter's process ended by itself \(SIGKILL\)/);
  });
});
