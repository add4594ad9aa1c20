import assert from "node:assert/strict";
import { sleepFully, timerMs } from "../../rehearsal/sleep";

describe("a sleep", () => {
  it("is never shorter than it was asked for, to the fraction of a millisecond", async () => {
    for (let index = 0; index < 50; index++) {
      const ms = 1 + index / 10;
      const startedMs = performance.now();
      await sleepFully(ms);
      assert.ok(performance.now() - startedMs >= ms);
    }
  });

  it("ends at once with the signal's reason", async () => {
    const over = new AbortController();
    const sleeping = sleepFully(60_000, over.signal);
    over.abort(new Error("nobody waits any more"));
    await assert.rejects(sleeping, /^Error: nobody waits any more$/);
    await assert.rejects(sleepFully(1, over.signal), /^Error: nobody waits any more$/);
  });

  it("gives a timer no negative time, of which Node warns", async () => {
    assert.deepEqual([-31, -0.5, 0, 0.2, 3].map(timerMs).map(Math.abs), [0, 0, 0, 1, 3]);
    await sleepFully(-31);
  });
});
