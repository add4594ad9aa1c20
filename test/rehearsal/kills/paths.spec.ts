import assert from "node:assert/strict";
import { lifecycleEvents } from "../../../rehearsal/codedeploy/lifecycle";
import { paths } from "../../../rehearsal/kills/paths";

const everyRule = { approval: true, rollbackOnFailure: true, rollbackOnStop: true, rollbackOnAlarm: true };

describe("the paths on which a controller is killed", () => {
  const [released, ...inTrouble] = paths(everyRule);
  const before = (step: string) => released!.steps.slice(0, released!.steps.indexOf(step) + 1);

  it("begin with the one that goes through, and takes every step but the way back", () => {
    assert.equal(released!.end, "Succeeded");
    const steps = [...lifecycleEvents, "approval", "terminationWait", "terminateBlue"];
    assert.deepEqual([...released!.steps].sort(), [...steps].sort());
  });

  it("are as many as there are steps that fail or are stopped; an alarm leads where a person's stop does", () => {
    const names = released!.steps.filter((step) => step !== "terminateBlue");
    assert.deepEqual(
      inTrouble.map(({ name }) => name),
      names.flatMap((step) => [`${step} failed`, `${step} stopped`]),
    );
    const onAlarmOnly = paths({ ...everyRule, rollbackOnStop: false });
    assert.ok(onAlarmOnly.some(({ name }) => name === "Install alarm"));
  });

  it("go back from every step but the first", () => {
    for (const { trouble, steps, end } of inTrouble) {
      const back = trouble!.step === "BeforeInstall" ? [] : ["rollback"];
      assert.deepEqual(steps, [...before(trouble!.step), ...back]);
      assert.equal(end, trouble!.outcome === "failed" ? "Failed" : "Stopped");
    }
  });

  it("have no step in them that the rules leave out", () => {
    const without = paths({ ...everyRule, approval: false, rollbackOnFailure: false });
    assert.ok(without.every(({ steps }) => !steps.includes("approval")));
    assert.ok(without.every(({ trouble, steps }) => trouble?.outcome !== "failed" || !steps.includes("rollback")));
  });
});
