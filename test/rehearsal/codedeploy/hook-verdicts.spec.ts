import assert from "node:assert/strict";
import { HookVerdicts } from "../../../rehearsal/codedeploy/hook-verdicts";

describe("the verdict of a hook", () => {
  const verdicts = new HookVerdicts();

  it("reaches the deployment that waits for it, and no other one", async () => {
    const [first, second] = [verdicts.open("d-1"), verdicts.open("d-2")];
    verdicts.put("d-2", second.executionId, "Failed");
    verdicts.put("d-1", first.executionId, "Succeeded");
    assert.deepEqual(await Promise.all([first.verdict, second.verdict]), ["Succeeded", "Failed"]);
  });

  it("is given once: a second one is refused, and changes nothing", async () => {
    const { executionId, verdict } = verdicts.open("d-1");
    verdicts.put("d-1", executionId, "Succeeded");
    for (const status of ["Failed", "Succeeded"]) {
      assert.throws(() => verdicts.put("d-1", executionId, status), {
        code: "LifecycleEventAlreadyCompletedException",
      });
    }
    assert.equal(await verdict, "Succeeded");
  });

  it("is refused when it comes too late", () => {
    const { executionId, close } = verdicts.open("d-1");
    close();
    assert.throws(() => verdicts.put("d-1", executionId, "Succeeded"), {
      code: "LifecycleEventAlreadyCompletedException",
    });
  });

  it("is refused for an execution that is unknown or of another deployment", () => {
    const { executionId } = verdicts.open("d-1");
    const code = "InvalidLifecycleEventHookExecutionIdException";
    assert.throws(() => verdicts.put("d-2", executionId, "Succeeded"), { code });
    assert.throws(() => verdicts.put("d-1", "another", "Succeeded"), { code });
    assert.throws(() => verdicts.put("d-1", undefined, "Succeeded"), { code });
    assert.throws(() => verdicts.put(undefined, executionId, "Succeeded"), { code });
  });

  it("is refused if it is none, and may still be given", async () => {
    const { executionId, verdict } = verdicts.open("d-1");
    for (const status of ["succeeded", "InProgress", "", undefined]) {
      const code = "InvalidLifecycleEventHookExecutionStatusException";
      assert.throws(() => verdicts.put("d-1", executionId, status), { code });
    }
    verdicts.put("d-1", executionId, "Failed");
    assert.equal(await verdict, "Failed");
  });
});
