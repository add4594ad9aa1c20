import assert from "node:assert/strict";
import { sideBySide } from "../../rehearsal/side-by-side";

describe("work that is done side by side", () => {
  it("is done once each, one thing at a time on a lane", async () => {
    const busy = new Set<string>();
    const done: number[] = [];
    await sideBySide(["left", "right"], [0, 1, 2, 3, 4], async (one, lane) => {
      assert.ok(!busy.has(lane));
      busy.add(lane);
      await new Promise(setImmediate);
      busy.delete(lane);
      done.push(one);
    });
    assert.deepEqual(done.sort(), [0, 1, 2, 3, 4]);
  });

  it("ends with the first failure", async () => {
    const failing = sideBySide([1], [1, 2], () => Promise.reject(new Error("no")));
    await assert.rejects(failing, /no/);
  });
});
