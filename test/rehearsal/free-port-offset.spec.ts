import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { freePortOffset } from "../../rehearsal/faults/free-port-offset";

describe("a free offset of the ports", () => {
  it("is given once, though many ask at the same time", async () => {
    const offsets = await Promise.all(Array.from({ length: 20 }, () => freePortOffset()));
    assert.equal(new Set(offsets).size, offsets.length);
  });

  it("is none at which a port is in use", async () => {
    const next = (await freePortOffset()) + 20;
    const taken = createServer();
    // Where another process has it already, it is in use all the same.
    await once(taken.listen(8090 + next, "127.0.0.1"), "listening").catch(() => undefined);
    try {
      assert.notEqual(await freePortOffset(), next);
    } finally {
      taken.close();
    }
  });
});
