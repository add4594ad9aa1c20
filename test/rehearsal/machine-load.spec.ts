import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { Clock } from "../../rehearsal/clock";
import { Timeline } from "../../rehearsal/events";
import { type MachineLoad, MachineLoadWatch } from "../../rehearsal/traffic/machine-load";
import { sendHttp } from "../../rehearsal/traffic/http-request";
import { startTraffic } from "../../rehearsal/traffic/meter";
import { unjudgedKinds } from "../../rehearsal/traffic/outcome";
import { totals } from "../../rehearsal/traffic/report";

describe("a machine that is too busy", function () {
  this.timeout(120_000);
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Sends requests for a while, with a short time for each. */
  async function measure(url: string, machine: MachineLoad, { timeoutMs = 300, forMs = 400, ratePerSecond = 20 } = {}) {
    const timeline = new Timeline(new Clock(1));
    const mix = [{ name: "fresh", path: "/" }] as const;
    const traffic = startTraffic({ url, ratePerSecond, timeoutMs, machine, mix, timeline });
    await sleep(forMs);
    return totals(await traffic.stop());
  }

  it("gives a request as much more time as the machine had none, and no request is lost", async () => {
    const url = await serve((_, response) => void setTimeout(() => response.end(), 600));
    const { sent, ok, failed } = await measure(url, { starvedMs: () => 60_000 });
    assert.deepEqual([ok, failed], [sent, 0]);
  });

  it("does not hide an app that never answers: its requests are lost after that time", async () => {
    const url = await serve(() => undefined);
    const { sent, byKind, tooBusy } = await measure(url, { starvedMs: () => 500 });
    assert.deepEqual([byKind.timeout, tooBusy], [sent, 0]);
    assert.ok(sent > 0);
  });

  it("says nothing of a request while it is busy for more than a minute", async () => {
    const pool = new Pool(await serve(() => undefined));
    const request = { path: "/", headers: {}, ownConnection: true, timeoutMs: 50, starvedMs: () => 60_001 };
    const answered = sendHttp(pool, request);
    // The minute itself is not waited for: the clock of the test's machine is ahead.
    const now = performance.now.bind(performance);
    performance.now = () => now() + 61_000;
    try {
      const { kind } = await answered;
      assert.equal(kind, "tooBusy");
      assert.ok(unjudgedKinds.includes(kind));
    } finally {
      performance.now = now;
      await pool.destroy();
    }
  });

  it("is noticed by a server that does nothing and does not answer", async () => {
    const watch = (await MachineLoadWatch.start())!;
    try {
      const fromMs = performance.now();
      process.kill(watch.pid, "SIGSTOP");
      await sleep(1_500);
      const whileStopped = watch.starvedMs(fromMs);
      process.kill(watch.pid, "SIGCONT");
      assert.ok(whileStopped > 1_000, String(whileStopped));
      assert.ok(whileStopped <= performance.now() - fromMs);
    } finally {
      await watch.close();
    }
  });

  it("is not told from by requests that an app loses for real, under load", async () => {
    const hogs: ChildProcess[] = Array.from({ length: 6 }, () => spawn(process.execPath, ["-e", "for (;;);"]));
    const watch = (await MachineLoadWatch.start())!;
    let asked = 0;
    let hung = 0;
    const url = await serve((_, response) => {
      if (++asked % 5 === 0) hung++;
      else response.end();
    });
    try {
      const { sent, ok, byKind } = await measure(url, watch, { timeoutMs: 1_000, forMs: 3_000, ratePerSecond: 20 });
      assert.ok(hung > 0);
      assert.deepEqual([byKind.timeout, ok], [hung, sent - hung]);
    } finally {
      for (const hog of hogs) hog.kill("SIGKILL");
      await watch.close();
    }
  });
});
