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

  it("has a line for each fault and one for all, in seconds of AWS time", () => {
    const time = (fault: string, seconds: number) => ({
      fault,
      detectionMs: seconds * 1000,
      decisionMs: 5_000,
      shiftMs: 0,
      totalMs: (seconds + 5) * 1000,
    });
    assert.deepEqual(rollbackTable([time("a", 60), time("a", 120), time("b", 90)]).split("\n"), [
      "|  | faults | detection p50 / p99 | decision p50 / p99 | shift p50 / p99 | in all p50 / p99 |",
      "| --- | --- | --- | --- | --- | --- |",
      "| a | 2 | 60 s / 120 s | 5 s / 5 s | 0 s / 0 s | 65 s / 125 s |",
      "| b | 1 | 90 s / 90 s | 5 s / 5 s | 0 s / 0 s | 95 s / 95 s |",
      "| all | 3 | 90 s / 120 s | 5 s / 5 s | 0 s / 0 s | 95 s / 125 s |",
    ]);
  });
});
