import assert from "node:assert/strict";
import { isSmall, mix } from "../../rehearsal/soak/mix";
import { parseSoakOptions } from "../../rehearsal/soak/options";
import { Phases } from "../../rehearsal/soak/phases";
import { fallenBehind, soakProblems, soakReport } from "../../rehearsal/soak/report";
import type { SoakResult } from "../../rehearsal/soak/soak";
import type { FailureKind } from "../../rehearsal/traffic/outcome";
import { countsOf } from "../../rehearsal/traffic/report";

describe("a soak", () => {
  const small = mix.findIndex((_, index) => isSmall(index));
  const answer = (intendedMs: number, endedMs: number, classIndex = small) => ({
    classIndex,
    traceId: "",
    intendedMs,
    endedMs,
    latencyMs: endedMs - intendedMs,
  });

  function result(failed: Partial<Record<FailureKind, number>> = {}, problems: string[] = []): SoakResult {
    const counts = { ...countsOf(() => 0), ...failed };
    const lost = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const latency = { p50Ms: 1, p99Ms: 2, p999Ms: 3, maxMs: 4 };
    const one = { name: "fresh", path: "/", sent: 1000 + lost - counts.unsent, ok: 1000, failed: counts };
    const classes = [{ ...one, longestGapMs: 5, latency }];
    const report = {
      classes,
      longestGapMs: 7,
      durationMs: 1000,
      ratePerSecond: 1000,
      answeredBy: {},
      failedBy: {},
      failures: [],
    };
    const phases = new Phases(isSmall);
    return {
      strategy: "canary",
      released: 2,
      rolledBack: 1,
      phases,
      problems,
      report: { ...report, worstLatenessMs: 1 },
    };
  }

  it("tells requests that met a release from the others", () => {
    const phases = new Phases(isSmall);
    phases.record(answer(0, 1));
    phases.begin(10);
    phases.record(answer(5, 9));
    phases.record(answer(5, 12));
    phases.record(answer(13, 14));
    phases.end(20);
    phases.record(answer(19, 25));
    phases.record(answer(21, 25));
    phases.record(
      answer(
        0,
        400,
        mix.findIndex(({ name }) => name === "long"),
      ),
    );
    const { during, otherwise } = Phases.report([phases, phases]);
    assert.deepEqual([during.requests, otherwise.requests], [6, 6]);
    assert.ok(during.maxMs >= 7 && during.maxMs < 8 && otherwise.maxMs < 5);
  });

  it("prints its figures, and what they are worth", () => {
    const text = soakReport([result(), result()]).join("\n");
    assert.match(text, /canary +2 +1 +1,000 +0 +0 +1,000 +7\.0 ms/);
    assert.match(text, /during a release +0 /);
    assert.match(text, /2,000 requests, 0 failed: at 95 % confidence fewer than 0\.15 % would fail/);
  });

  it("says that the machine does not keep up once answers fall behind by seconds", () => {
    const { report } = result();
    assert.equal(fallenBehind(report, 3000), undefined);
    assert.match(
      fallenBehind(report, 3001)!,
      /does not keep up with 1,000 requests a second: 2,001 that were due have no answer yet; choose a lower --rate/,
    );
  });

  it("fails for a request that was lost or not sent, and for a release that did not end as it should", () => {
    assert.deepEqual(soakProblems(result()), []);
    assert.match(soakProblems(result({ truncated: 2 })).join(), /2 requests were lost/);
    assert.match(soakProblems(result({ unsent: 3 })).join(), /3 requests could not be sent in time/);
    assert.match(soakProblems(result({}, ["canary: a release ended with a reason"])).join(), /a release ended/);
  });

  it("refuses options that are wrong, and says what they are", () => {
    assert.deepEqual(parseSoakOptions(["--requests", "50000"]), { requests: 50_000, ratePerSecond: 1_200 });
    assert.throws(
      () => parseSoakOptions(["--rate", "0"]),
      /--rate: expected a whole number from 1 on, got "0"\nUsage:/,
    );
    assert.throws(() => parseSoakOptions(["--rat", "1"]), /--rat/);
  });
});
