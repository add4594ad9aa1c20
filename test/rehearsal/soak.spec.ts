import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { UsageError } from "../../rehearsal/command-line";
import { isSmall, mix } from "../../rehearsal/soak/mix";
import { parseSoakOptions } from "../../rehearsal/soak/options";
import { Phases } from "../../rehearsal/soak/phases";
import { progressLine, SoakProgress } from "../../rehearsal/soak/progress";
import { fallenBehind } from "../../rehearsal/soak/fallen-behind";
import { soakProblems, soakSummary } from "../../rehearsal/soak/report";
import type { SoakResult } from "../../rehearsal/soak/soak";
import { strategies } from "../../rehearsal/faults/strategies";
import { plainText } from "../../rehearsal/terminal/segments";
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

  function result(
    failed: Partial<Record<FailureKind, number>> = {},
    problems: string[] = [],
    worstLatenessMs = 1,
  ): SoakResult {
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
      report: { ...report, worstLatenessMs },
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

  it("draws its figures, what they are worth, and how it ended", () => {
    const text = soakSummary([result(), result()]);
    assert.match(text, /canary +2 +1 +1,000 +0 +0 +1,000 +7\.0 ms/);
    assert.match(text, /2,000 requests, 0 failed: at 95 % confidence fewer than 0\.15 % would fail/);
    assert.match(text, /✔ 4 released, 2 rolled back, nothing lost/);
    const widths = new Set(
      text
        .trimEnd()
        .split("\n")
        .map(({ length }) => length),
    );
    assert.equal(widths.size, 1, "it is a box");
    assert.match(soakSummary([result({ reset: 2 })]), /✖ canary: 2 requests were lost/);
  });

  it("draws latencies that met a release beside the others", () => {
    const soaked = result();
    soaked.phases.begin(0);
    soaked.phases.record(answer(0, 40));
    soaked.phases.end(50);
    soaked.phases.record(answer(60, 70));
    const text = soakSummary([soaked]);
    assert.match(text, /1 \(at most 40 ms\) during a release, 1 \(at most 10 ms\) otherwise/);
    assert.match(text, /p50 {4}during a release +40 ms {2}█{40}/);
    assert.match(text, /otherwise +10 ms {2}█{10} /);
  });

  it("says when this machine had no room to spare", () => {
    const busy = /too busy for latencies that mean something: choose a quieter one, or a lower --rate/;
    assert.doesNotMatch(soakSummary([result()]), busy);
    assert.match(soakSummary([result(), result({}, [], 900)]), busy);
    assert.match(soakSummary([result({ unsent: 3 })]), /✖ canary: 3 requests could not be sent in time/);
  });

  it("tells how far it is and how long it takes yet, in a line now and then where nothing can be redrawn", () => {
    const options = { requests: 1_000_000, ratePerSecond: 2_000 };
    const state = { strategy: "ECS, canary", done: 0.2, sent: 200_000, lost: 1 };
    assert.equal(
      plainText(progressLine(state, options)),
      "━━━━────────────────   20 %  ECS, canary: 200,000 requests, 1 lost, at least 06:40 left",
    );
    const output = new PassThrough();
    const progress = new SoakProgress(options, output, "plain");
    for (let percent = 1; percent <= 20; percent++) progress.show({ ...state, done: percent / 100 });
    progress.tell("✔ done");
    const lines = String(output.read()).split("\n");
    assert.deepEqual([lines.length, lines.at(-2)], [6, "✔ done"]);
  });

  it("has every shift by every controller", () => {
    assert.deepEqual(
      strategies.map(({ name }) => name),
      ["CodeDeploy", "ECS"].flatMap((controller) =>
        ["all at once", "canary", "linear"].map((shift) => `${controller}, ${shift}`),
      ),
    );
    assert.equal(new Set(strategies.map(({ settings }) => JSON.stringify(settings))).size, strategies.length);
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

  it("refuses options that are wrong, all at once, and says what they are", () => {
    assert.deepEqual(parseSoakOptions(["--requests", "50000"]), {
      requests: 50_000,
      ratePerSecond: 1_200,
      strategies,
    });
    const [one] = strategies;
    assert.deepEqual(parseSoakOptions(["--strategy", one!.name]).strategies, [one]);
    assert.throws(
      () => parseSoakOptions(["--rate", "0", "--rat", "1", "--requests=many", "--strategy", "slowly"]),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.mistakes, [
          "--rat: there is no such option",
          "1: expected an option, which begins with --",
          `--strategy: expected ${strategies.map(({ name }) => JSON.stringify(name)).join(" or ")}, got "slowly"`,
          '--requests: expected a whole number from 1 to 999999999, got "many"',
          '--rate: expected a whole number from 1 to 100000, got "0"',
        ]);
        assert.match(error.message, /Usage: npm run soak/);
        return true;
      },
    );
  });
});
