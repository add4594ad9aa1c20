import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Clock } from "../../rehearsal/clock";
import { Timeline, type TimelineEvent } from "../../rehearsal/events";
import type { Answer, TrafficOptions } from "../../rehearsal/traffic/meter";
import { startTrafficProcess } from "../../rehearsal/traffic/meter-process";
import { totals } from "../../rehearsal/traffic/report";

describe("the traffic meter in a process of its own", () => {
  let server: Server;
  const served = new Map<string, string>();

  beforeEach(async () => {
    served.clear();
    server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function start(options: Partial<TrafficOptions> = {}) {
    const timeline = new Timeline(new Clock(60));
    const events: TimelineEvent[] = [];
    timeline.on((event) => events.push(event));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
        else response.writeHead(one === "broken" ? 500 : 200).end();
        if (kinds.length === enough) resolve(kinds);
      });
    });
  }

  it("finds exactly the failures that were injected, and asks here who answered", async () => {
    const enough = answering(100, (count) => ["v1", "v1", "reset", "v2", "broken", "unheardOf"][count % 6]!);
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
    assert.deepEqual(
      [byKind.reset, byKind.serverError, byKind.wrongVersion],
      [times("reset"), times("broken"), times("v2", "unheardOf")],
    );
    assert.deepEqual(report.answeredBy, { v1: times("v1"), v2: times("v2"), unknown: times("unheardOf") });
    assert.equal(right.length, ok);
    const told = new Set(events.filter(({ type }) => type === "traffic.failed").map(({ detail }) => detail.kind));
    assert.deepEqual(told, new Set(["reset", "serverError", "wrongVersion"]));
    for (const { intendedMs, endedMs } of right)
      assert.ok(0 <= intendedMs && intendedMs <= endedMs && endedMs <= timeline.clock.elapsedMs);
    assert.equal(await traffic.stop(), report);
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
