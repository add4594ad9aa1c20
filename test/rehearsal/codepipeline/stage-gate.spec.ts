import assert from "node:assert/strict";
import { type ExecutionMode, StageGate } from "../../../rehearsal/codepipeline/stage-gate";

describe("the gate of a stage", () => {
  /** Lets executions in by name; `log` tells what became of whom, in order. */
  function gate(mode: ExecutionMode) {
    const stage = new StageGate(mode);
    const log: string[] = [];
    const enter = async (name: string) => log.push(`${name} ${await stage.enter()}`);
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    return { stage, log, enter, settle };
  }

  for (const mode of ["SUPERSEDED", "QUEUED"] as const) {
    it(`lets one in at a time, in mode ${mode}`, async () => {
      const { stage, log, enter, settle } = gate(mode);
      void enter("first");
      void enter("second");
      await settle();
      assert.deepEqual(log, ["first entered"]);
      stage.leave();
      await settle();
      assert.deepEqual(log, ["first entered", "second entered"]);
      stage.leave();
      await enter("third");
      assert.equal(log.at(-1), "third entered");
    });
  }

  it("lets only the newest of those that wait in, in mode SUPERSEDED", async () => {
    const { stage, log, enter, settle } = gate("SUPERSEDED");
    for (const name of ["first", "second", "third", "fourth"]) void enter(name);
    await settle();
    assert.deepEqual(log, ["first entered", "second superseded", "third superseded"]);
    stage.leave();
    await settle();
    assert.deepEqual(log.slice(3), ["fourth entered"]);
    stage.leave();
    await enter("fifth");
    assert.equal(log.at(-1), "fifth entered");
  });

  it("lets all in, in the order in which they came, in mode QUEUED", async () => {
    const { stage, log, enter, settle } = gate("QUEUED");
    const names = ["first", "second", "third", "fourth"];
    for (const name of names) void enter(name);
    for (let turn = 0; turn < names.length; turn++) {
      await settle();
      assert.equal(log.length, turn + 1);
      stage.leave();
    }
    assert.deepEqual(
      log,
      names.map((name) => `${name} entered`),
    );
  });
});
