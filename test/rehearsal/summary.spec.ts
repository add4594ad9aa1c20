import assert from "node:assert/strict";
import { lifecycleChart } from "../../rehearsal/terminal/lifecycle-chart";
import { summaryBox } from "../../rehearsal/terminal/summary";
import { countsOf, type TrafficReport } from "../../rehearsal/traffic/report";

describe("the closing summary", () => {
  const lifecycle = [
    { name: "Install", startedAwsMs: 0, endedAwsMs: 60_000, succeeded: true },
    { name: "AllowTestTraffic", startedAwsMs: 60_000, endedAwsMs: 60_500, succeeded: true },
    { name: "AfterAllowTestTraffic", startedAwsMs: 60_500, endedAwsMs: 120_000, succeeded: false },
  ];

  it("draws lifecycle events over AWS time", () => {
    assert.deepEqual(lifecycleChart(lifecycle, 8), [
      "Install                ████      01:00",
      "AllowTestTraffic           ▏     00:00",
      "AfterAllowTestTraffic      ████  00:59 ✖",
    ]);
    assert.deepEqual(lifecycleChart([]), []);
  });

  it("says what was seen, what was lost, how long it took, and how it ended", () => {
    const latency = { p50Ms: 2, p99Ms: 9, p999Ms: 20, maxMs: 30 };
    const traffic: TrafficReport = {
      ratePerSecond: 50,
      durationMs: 12_000,
      classes: [{ name: "fresh", path: "/", sent: 600, ok: 600, failed: countsOf(() => 0), longestGapMs: 45, latency }],
      longestGapMs: 45,
      failedBy: {},
      answeredBy: { v1: 400, v2: 200 },
      failures: [],
      worstLatenessMs: 3,
    };
    const text = summaryBox({
      productionPort: 8080,
      testPort: 8090,
      observations: [
        { when: "before", production: "v1", test: "v1" },
        { when: "after AllowTestTraffic", production: "v1", test: "v2" },
      ],
      lifecycle: [],
      traffic,
      awsMs: 720_000,
      elapsedMs: 12_340,
      verdict: { succeeded: true, text: "v2 is live." },
    });
    assert.equal(
      text,
      `
┌───────────────────────────────────────────────────────────────────────────────────────────────┐
│                         production :8080  test :8090                                          │
│ before                  v1                v1                                                  │
│ after AllowTestTraffic  v1                v2                                                  │
├───────────────────────────────────────────────────────────────────────────────────────────────┤
│        sent   ok  longest gap     p50     p99    max                                          │
│ fresh   600  600        45 ms  2.0 ms  9.0 ms  30 ms                                          │
│ 600 requests, 0 failed.                                                                       │
│ Answered: 400 by v1, 200 by v2.                                                               │
├───────────────────────────────────────────────────────────────────────────────────────────────┤
│ AWS would have waited 12:00 in this release, besides build and start-up. It took 12.3 s here. │
│ ✔ v2 is live.                                                                                 │
└───────────────────────────────────────────────────────────────────────────────────────────────┘
`.trimStart(),
    );
  });
});
