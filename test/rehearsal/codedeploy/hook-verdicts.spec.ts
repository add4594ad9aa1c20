import assert from "node:assert/strict";
import { HookVerdicts } from "../../../rehearsal/codedeploy/hook-verdicts";

describe("the verdict of a hook", () => {
  let verdicts: HookVerdicts;
  beforeEach(() => {
    verdicts = new HookVerdicts();
    verdicts.open("d-1", "first");
  });
  const completed = { code: "LifecycleEventAlreadyCompletedException" };

  it("reaches the deployment that waits for it, and no other one", async () => {
    verdicts.open("d-2", "second");
    verdicts.put("d-2", "second", "Failed");
    verdicts.put("d-1", "first", "Succeeded");
    assert.deepEqual(await Promise.all([verdicts.verdict("first"), verdicts.verdict("second")]), [
      "Succeeded",
      "Failed",
    ]);
  });

  it("is given once: a second one is refused, and changes nothing", async () => {
    verdicts.put("d-1", "first", "Succeeded");
    for (const status of ["Failed", "Succeeded"]) assert.throws(() => verdicts.put("d-1", "first", status), completed);
    assert.equal(await verdicts.verdict("first"), "Succeeded");
    assert.equal(verdicts.close("first"), "Succeeded");
  });

  it("is refused when it comes too late", () => {
    assert.equal(verdicts.close("first"), undefined);
    assert.throws(() => verdicts.put("d-1", "first", "Succeeded"), completed);
  });

  it("is refused for an execution that is unknown or of another deployment", () => {
    const code = "InvalidLifecycleEventHookExecutionIdException";
    assert.throws(() => verdicts.put("d-2", "first", "Succeeded"), { code });
    assert.throws(() => verdicts.put("d-1", "another", "Succeeded"), { code });
    assert.throws(() => verdicts.put("d-1", undefined, "Succeeded"), { code });
    assert.throws(() => verdicts.put(undefined, "first", "Succeeded"), { code });
  });

  it("is refused if it is none, and may still be given", async () => {
    for (const status of ["succeeded", "InProgress", "", undefined]) {
      const code = "InvalidLifecycleEventHookExecutionStatusException";
      assert.throws(() => verdicts.put("d-1", "first", status), { code });
    }
    verdicts.put("d-1", "first", "Failed");
    assert.equal(await verdicts.verdict("first"), "Failed");
  });
});
