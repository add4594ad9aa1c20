import assert from "node:assert/strict";
import { shiftSteps } from "../../../rehearsal/codedeploy/traffic-shift";

describe("a deployment configuration", () => {
  const shares = (name: string) => shiftSteps(name).map((step) => [step.greenPercent, step.thenWaitMinutes]);

  it("shifts all at once", () => {
    assert.deepEqual(shares("CodeDeployDefault.ECSAllAtOnce"), [[100, 0]]);
  });

  for (const minutes of [5, 15]) {
    it(`shifts a tenth, waits ${minutes} minutes, and shifts the rest`, () => {
      const steps = [
        [10, minutes],
        [100, 0],
      ];
      assert.deepEqual(shares(`CodeDeployDefault.ECSCanary10Percent${minutes}Minutes`), steps);
    });
  }

  for (const minutes of [1, 3]) {
    it(`shifts a tenth every ${minutes} minutes, and waits no longer at the end`, () => {
      const tenths = [10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) => [percent, minutes]);
      assert.deepEqual(shares(`CodeDeployDefault.ECSLinear10PercentEvery${minutes}Minutes`), [...tenths, [100, 0]]);
    });
  }

  it("is refused by name if CodeDeploy has not predefined it", () => {
    for (const name of ["MyOwn", "CodeDeployDefault.ECSCanary20Percent5Minutes", "CodeDeployDefault.AllAtOnce", ""]) {
      assert.throws(() => shiftSteps(name), {
        message: new RegExp(`configuration ${name}; it knows .*ECSAllAtOnce, `),
      });
    }
  });
});
