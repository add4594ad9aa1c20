import assert from "node:assert/strict";
import { Stage } from "../../rehearsal/faults/stage";
import { totals } from "../../rehearsal/traffic/report";
import { promoteFrom, promoteTo } from "../support/promotion";

describe("the rehearsal of a stack that promotes", () => {
  it("starts with what the stack before has released, and releases exactly that, without losing a request", async () => {
    const stage = await Stage.set({
      settings: {
        "greenlight:githubRepository": undefined,
        "greenlight:promoteFrom": JSON.stringify(promoteFrom),
        "greenlight:promoteTo": JSON.stringify(promoteTo),
        // How green is tested is another matter, and takes its time on a busy machine.
        "greenlight:waitMinutes": "0",
        "greenlight:checks": JSON.stringify([{ path: "/", maxLatencyMs: 60_000 }]),
      },
    });
    try {
      const result = await stage.release();
      const told = stage.events.filter(({ source }) => source === "lambda").map(({ text }) => text);
      assert.deepEqual([result.status, result.reason], ["Succeeded", undefined], told.join("\n"));

      const [before, own] = stage.events
        .filter(({ type }) => type === "released")
        .map(({ detail }) => (JSON.parse(String(detail.image)) as { ImageURI: string }).ImageURI.split("@"));
      assert.equal(before![0], promoteFrom.repositoryUri);
      assert.match(own![0]!, /\/greenlight-dev-[0-9a-f]+$/);
      assert.equal(own![1], before![1], "another digest was released than the stack before had released");
      const registered = stage.events.filter(({ type }) => type === "task-definition.registered").at(-1)!;
      assert.ok(JSON.stringify(registered.detail).includes(before![1]!));

      const { sent, failed } = totals(await stage.traffic.stop());
      assert.ok(sent > 0 && failed === 0);
      assert.deepEqual(new Set(stage.rehearsal.stack.runningVersions), new Set(["v2"]));
    } finally {
      await stage.close();
    }
  });
});
