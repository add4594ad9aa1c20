import assert from "node:assert/strict";
import { circuitBreakerThreshold } from "../../../rehearsal/ecs-deployment/circuit-breaker";
import { deploymentConfiguration, shiftSteps } from "../../../rehearsal/ecs-deployment/deployment-configuration";

const lambda = {
  hookTargetArn: "arn:aws:lambda:eu-central-1:123456789012:function:test",
  roleArn: "arn:aws:iam::123456789012:role/hook",
  lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
};

describe("a service's deployment configuration", () => {
  it("shifts all at once, by a canary, or in equal steps whose last nobody waits after", () => {
    const steps = (value: unknown) =>
      shiftSteps(deploymentConfiguration.parse(value)).map(({ greenPercent, thenWaitMinutes }) => [
        greenPercent,
        thenWaitMinutes,
      ]);
    assert.deepEqual(steps({ strategy: "BLUE_GREEN" }), [[100, 0]]);
    const canaryConfiguration = { canaryPercent: 20, canaryBakeTimeInMinutes: 3 };
    assert.deepEqual(steps({ strategy: "CANARY", canaryConfiguration }), [
      [20, 3],
      [100, 0],
    ]);
    const linearConfiguration = { stepPercent: 40, stepBakeTimeInMinutes: 2 };
    assert.deepEqual(steps({ strategy: "LINEAR", linearConfiguration }), [
      [40, 2],
      [80, 2],
      [100, 0],
    ]);
  });

  it("takes AWS's defaults for a shift that says no more than its strategy", () => {
    assert.deepEqual(shiftSteps(deploymentConfiguration.parse({ strategy: "CANARY" }))[0], {
      greenPercent: 5,
      thenWaitMinutes: 10,
    });
    assert.equal(shiftSteps(deploymentConfiguration.parse({ strategy: "LINEAR" })).length, 10);
  });

  it("waits a day for a person at a pause hook, and then goes back", () => {
    const lifecycleHooks = [{ targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP"] }];
    const [hook] = deploymentConfiguration.parse({ strategy: "BLUE_GREEN", lifecycleHooks }).lifecycleHooks;
    assert.deepEqual(hook, {
      ...lifecycleHooks[0],
      timeoutConfiguration: { timeoutInMinutes: 1440, action: "ROLLBACK" },
    });
  });

  const refused: Readonly<Record<string, object>> = {
    "a bake time beyond a day": { bakeTimeInMinutes: 1441 },
    "a bake time in words": { bakeTimeInMinutes: "5" },
    "a canary's share with another strategy": { canaryConfiguration: { canaryPercent: 10 } },
    "a hook at a stage that takes none": { lifecycleHooks: [{ ...lambda, lifecycleStages: ["SCALE_UP"] }] },
    "a pause at a shift": { lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["TEST_TRAFFIC_SHIFT"] }] },
    "a function without a role to call it": { lifecycleHooks: [{ ...lambda, roleArn: undefined }] },
    "an eleventh function": { lifecycleHooks: Array.from({ length: 11 }, () => lambda) },
    "a member that AWS does not know": { bakeTime: 5 },
  };
  for (const [what, wrong] of Object.entries(refused)) {
    it(`is refused with ${what}`, () => {
      assert.equal(deploymentConfiguration.safeParse({ strategy: "BLUE_GREEN", ...wrong }).success, false);
    });
  }
});

describe("the circuit breaker's threshold", () => {
  it("is half the desired count, rounded up, from 3 to 200, as in AWS's examples", () => {
    assert.deepEqual([1, 25, 400, 800].map(circuitBreakerThreshold), [3, 13, 200, 200]);
  });
});
