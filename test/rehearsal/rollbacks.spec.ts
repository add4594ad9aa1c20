import assert from "node:assert/strict";
import { percentile, rollbackTable } from "../../rehearsal/rollbacks/report";

describe("the report on rollback times", () => {
  it("takes percentiles by nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(
      [50, 99, 100].map((percent) => percentile(hundred, percent)),
      [50, 99, 100],
    );
    assert.equal(percentile([7], 50), 7);
  });

  it("has a line for each group that was measured, in seconds of AWS time", () => {
    const time = (seconds: number) => ({
      of: "CodeDeploy, canary",
      fault: "hangs",
      detectionMs: seconds * 1000,
      decisionMs: 5_000,
      shiftMs: 0,
      totalMs: (seconds + 5) * 1000,
      wrongPercent: 10.2,
    });
    const groups = [["a", [time(60), time(120)]] as const, ["b", [time(90)]] as const, ["none", []] as const];
    assert.deepEqual(rollbackTable("fault", groups).split("\n"), [
      "| fault | rollbacks | detection p50 / p99 | decision p50 / p99 | shift p50 / p99 | in all p50 / p99 | wrong answers p50 |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      "| a | 2 | 60 s / 120 s | 5 s / 5 s | 0 s / 0 s | 65 s / 125 s | 10 % |",
      "| b | 1 | 90 s / 90 s | 5 s / 5 s | 0 s / 0 s | 95 s / 95 s | 10 % |",
    ]);
  });
});
