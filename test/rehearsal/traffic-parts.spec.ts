import assert from "node:assert/strict";
import { outcomeOfError } from "../../rehearsal/traffic/outcome";
import {
  type ClassReport,
  countsOf,
  describeTotals,
  totals,
  type TrafficReport,
  trafficTable,
  zeroFailuresBound,
} from "../../rehearsal/traffic/report";
import { dueMs, turns } from "../../rehearsal/traffic/schedule";
import { newTraceId } from "../../rehearsal/load-balancer/trace-id";

describe("the parts of the traffic meter", () => {
  it("fix each request's time and class in advance", () => {
    assert.deepEqual(
      [0, 1, 50, 51].map((index) => dueMs(index, 50)),
      [0, 20, 1000, 1020],
    );
    assert.deepEqual(turns([1, 1]), [0, 1]);
    assert.deepEqual(turns([3, 1]), [0, 0, 1, 0]);
    assert.match(newTraceId("Root", 0x5f_00_00_00 * 1000), /^Root=1-5f000000-[0-9a-f]{24}$/);
  });

  it("tell what an error means", () => {
    const error = (code: string): Error => Object.assign(new Error("no"), { code });
    const kind = (code: string, status?: number): string =>
      outcomeOfError(error(code), status === undefined ? undefined : { status, headers: {} }).kind;
    assert.equal(kind("ECONNREFUSED"), "refused");
    assert.equal(kind("ECONNRESET"), "reset");
    assert.equal(kind("UND_ERR_SOCKET"), "reset");
    assert.equal(kind("EPIPE"), "reset");
    assert.equal(kind("UND_ERR_CONNECT_TIMEOUT"), "timeout");
    assert.equal(kind("EMFILE"), "unsent");
    assert.equal(kind("ECONNRESET", 200), "truncated");
    assert.equal(kind("UND_ERR_SOCKET", 503), "serverError");
    assert.equal(kind("ECONNRESET", 404), "otherStatus");
  });

  it("say what zero failures are worth", () => {
    const report = { classes: [classReport("fresh", 600, 600), classReport("keepAlive", 600, 600)] };
    assert.equal(zeroFailuresBound(1200), 0.0025);
    assert.equal(zeroFailuresBound(0), 1);
    assert.equal(describeTotals(report), "1,200 requests, 0 failed");
    const failing = { classes: [classReport("fresh", 10, 7, { reset: 2, truncated: 1, unsent: 4 })] };
    assert.equal(describeTotals(failing), "10 requests, 3 failed (2 reset, 1 truncated)");
    assert.deepEqual([totals(failing).underWay, totals(failing).unsent], [0, 4]);
  });

  it("draw a table with a column for each kind of failure that happened", () => {
    const classes = [classReport("fresh", 1200, 1199, { timeout: 1 }), classReport("keepAlive", 5, 5)];
    assert.deepEqual(trafficTable({ classes } as unknown as TrafficReport), [
      "            sent     ok  timed out  longest gap     p50    p99     max",
      "fresh      1,200  1,199          1        40 ms  1.5 ms  12 ms  240 ms",
      "keepAlive      5      5          0        40 ms  1.5 ms  12 ms  240 ms",
    ]);
  });
});

function classReport(name: string, sent: number, ok: number, failed: Partial<ClassReport["failed"]> = {}): ClassReport {
  const latency = { p50Ms: 1.5, p99Ms: 12, p999Ms: 90, maxMs: 240 };
  return { name, path: "/", sent, ok, failed: { ...countsOf(() => 0), ...failed }, longestGapMs: 40, latency };
}
