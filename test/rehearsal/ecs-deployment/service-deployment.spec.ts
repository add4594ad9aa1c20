import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import type { Step } from "../../../rehearsal/ecs-deployment/lifecycle";
import { onBlue, onGreen, tested } from "../codedeploy/harness";
import { nodeCommand } from "../fixtures/tasks";
import { type HookEvent, lambdaHook, NativeHarness, source, target } from "./harness";

const everyStage = [
  "PRE_SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
];
const succeeded = { hookStatus: "SUCCEEDED" };
const pause = (minutes: number, action = "ROLLBACK") => ({
  targetType: "PAUSE",
  lifecycleStages: ["PRE_PRODUCTION_TRAFFIC_SHIFT"],
  timeoutConfiguration: { timeoutInMinutes: minutes, action },
});

describe("a service deployment", () => {
  let harness: NativeHarness;

  beforeEach(async () => (harness = await new NativeHarness(600).start()));
  afterEach(() => harness.close());

  const weightsOf = ({
    lifecycleStage,
    executionDetails: { testTrafficWeights, productionTrafficWeights },
  }: HookEvent) => [lifecycleStage, testTrafficWeights, productionTrafficWeights];
  const assertRolledBack = async (end: Extract<Step, { kind: "ended" }>, reason: RegExp) => {
    assert.equal(end.status, "ROLLBACK_SUCCESSFUL");
    assert.match(end.reason ?? "", reason);
    await harness.assertBlueIsLive();
  };

  describe("that goes well", () => {
    it("goes through ECS's stages, tells its hooks the weights that they see, and ends blue at last", async () => {
      const seen: unknown[] = [];
      harness.hooks.look = async (event) => {
        seen.push([...weightsOf(event), await harness.whoAnswers()]);
        return succeeded;
      };
      const deployment = harness.native({ lifecycleHooks: [lambdaHook("look", ...everyStage)] });
      assert.deepEqual(await deployment.run(), { kind: "ended", status: "SUCCESSFUL" });

      const green = { [target]: 100, [source]: 0 };
      assert.deepEqual(seen, [
        ["PRE_SCALE_UP", {}, {}, onBlue],
        ["POST_SCALE_UP", {}, {}, onBlue],
        ["TEST_TRAFFIC_SHIFT", green, {}, tested],
        ["POST_TEST_TRAFFIC_SHIFT", {}, {}, tested],
        ["PRE_PRODUCTION_TRAFFIC_SHIFT", {}, {}, tested],
        ["PRODUCTION_TRAFFIC_SHIFT", {}, green, onGreen],
        ["POST_PRODUCTION_TRAFFIC_SHIFT", {}, {}, onGreen],
      ]);
      assert.deepEqual(await harness.whoAnswers(), onGreen);
      assert.deepEqual(harness.taskSets, ["v2 PRIMARY"]);
      // ECS leaves both groups on the rules.
      assert.deepEqual(harness.productionWeights.at(-1), [0, 100]);
    });

    it("shifts a canary's share first and waits, and runs the shift's hooks at both steps", async () => {
      const stages: unknown[] = [];
      harness.hooks.look = (event) => {
        stages.push(weightsOf(event));
        return succeeded;
      };
      const deployment = harness.native({
        strategy: "CANARY",
        canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 10 },
        lifecycleHooks: [lambdaHook("look", "PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")],
      });
      assert.equal((await deployment.run()).status, "SUCCESSFUL");
      assert.deepEqual(harness.productionWeights, [
        [80, 20],
        [0, 100],
      ]);
      assert.deepEqual(stages, [
        ["PRE_PRODUCTION_TRAFFIC_SHIFT", {}, {}],
        ["PRODUCTION_TRAFFIC_SHIFT", {}, { [target]: 20, [source]: 80 }],
        ["PRE_PRODUCTION_TRAFFIC_SHIFT", {}, {}],
        ["PRODUCTION_TRAFFIC_SHIFT", {}, { [target]: 100, [source]: 0 }],
      ]);
      const [first, second] = harness.events.filter(({ type }) => type === "rule.modified").slice(1);
      assert.ok(second!.awsMs - first!.awsMs >= 10 * 60_000);
    });

    it("asks a hook again that is not done, after the delay that it names, with what it left for itself", async () => {
      const asked: { readonly awsMs: number; readonly details: unknown }[] = [];
      harness.hooks.soak = ({ hookDetails }) => {
        asked.push({ awsMs: harness.clock.awsMs, details: hookDetails });
        if (asked.length === 3) return succeeded;
        return { hookStatus: "IN_PROGRESS", callBackDelay: 120, hookDetails: { rounds: asked.length } };
      };
      const hook = { ...lambdaHook("soak", "POST_TEST_TRAFFIC_SHIFT"), hookDetails: { path: "/" } };
      assert.equal((await harness.native({ lifecycleHooks: [hook] }).run()).status, "SUCCESSFUL");
      assert.deepEqual(
        asked.map(({ details }) => details),
        [{ path: "/" }, { path: "/", rounds: 1 }, { path: "/", rounds: 2 }],
      );
      assert.ok(asked[2]!.awsMs - asked[0]!.awsMs >= 240_000);
    });

    it("is continued by a person at a pause", async () => {
      const deployment = harness.native({ lifecycleHooks: [pause(60)] });
      const continued = harness.when(
        ({ type }) => type === "hook.awaiting-action",
        async () => {
          assert.deepEqual(await harness.whoAnswers(), tested);
          const [detail] = deployment.hooks.details;
          assert.equal(detail!.status, "AWAITING_ACTION");
          deployment.hooks.continue(detail!.hookId, "CONTINUE");
        },
      );
      assert.equal((await deployment.run()).status, "SUCCESSFUL");
      await continued;
      assert.equal(deployment.hooks.details[0]!.status, "SUCCEEDED");
      assert.throws(() => deployment.hooks.continue("another", "CONTINUE"), /no hook another is AWAITING_ACTION/);
    });

    it("does not go back for an alarm that fired before its start, nor for one that is not its own", async () => {
      harness.firing.add("5xx");
      const deployment = harness.native({ alarms: { alarmNames: ["5xx", "p99"], enable: true, rollback: true } });
      const fired = harness.when(
        ({ text }) => text === "BAKE_TIME started",
        () => harness.fire("p99"),
      );
      assert.equal((await deployment.run()).status, "SUCCESSFUL");
      await fired;
      assert.ok(harness.events.some(({ type }) => type === "alarms.disabled"));
    });
  });

  describe("that goes wrong", () => {
    const answers: Readonly<Record<string, [() => unknown, RegExp]>> = {
      "says FAILED": [() => ({ hookStatus: "FAILED" }), /returned FAILED/],
      "says nothing": [() => undefined, /no valid hookStatus: undefined/],
      "says something else": [() => ({ hookStatus: "OK" }), /no valid hookStatus: \{"hookStatus":"OK"\}/],
      throws: [() => assert.fail("no"), /threw Error: no/],
    };
    for (const [what, [answer, reason]] of Object.entries(answers)) {
      it(`goes back before production shifted when a hook ${what}`, async () => {
        harness.hooks.test = answer;
        const lifecycleHooks = [lambdaHook("test", "POST_TEST_TRAFFIC_SHIFT")];
        await assertRolledBack(await harness.native({ lifecycleHooks }).run(), reason);
        harness.assertNeverShifted();
      });
    }

    it("runs the hooks of both shifts again on the way back, once the traffic is back, and is not held up by one that fails", async () => {
      const seen: unknown[] = [];
      harness.hooks.shift = async (event) => {
        seen.push([...weightsOf(event), await harness.whoAnswers()]);
        return seen.length > 2 ? { hookStatus: "FAILED" } : succeeded;
      };
      const deployment = harness.native({
        lifecycleHooks: [lambdaHook("shift", "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")],
        alarms: { alarmNames: ["5xx"], enable: true, rollback: true },
      });
      const fired = harness.when(
        ({ text }) => text === "BAKE_TIME started",
        () => harness.fire("5xx"),
      );
      const end = await deployment.run();
      await fired;
      const back = { [target]: 0, [source]: 100 };
      assert.deepEqual(seen.slice(2), [
        ["PRODUCTION_TRAFFIC_SHIFT", {}, back, { production: "v1", test: "v2" }],
        ["TEST_TRAFFIC_SHIFT", back, {}, onBlue],
      ]);
      assert.equal(end.status, "ROLLBACK_FAILED");
      assert.match(end.reason!, /the alarm 5xx went to ALARM; and on the way back: .* returned FAILED/);
      assert.deepEqual([...deployment.triggeredAlarms], ["5xx"]);
      await harness.assertBlueIsLive();
    });

    it("goes back from a canary's share when an alarm fires", async () => {
      const weights: unknown[] = [];
      harness.hooks.look = ({ executionDetails: { productionTrafficWeights } }) => {
        weights.push(productionTrafficWeights);
        harness.fire("5xx");
        return succeeded;
      };
      const deployment = harness.native({
        strategy: "CANARY",
        canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
        lifecycleHooks: [lambdaHook("look", "PRODUCTION_TRAFFIC_SHIFT")],
        alarms: { alarmNames: ["5xx"], enable: true, rollback: true },
      });
      await assertRolledBack(await deployment.run(), /^the alarm 5xx went to ALARM$/);
      assert.deepEqual(harness.productionWeights, [
        [90, 10],
        [100, 0],
      ]);
      assert.deepEqual(weights, [
        { [target]: 10, [source]: 90 },
        { [target]: 0, [source]: 100 },
      ]);
    });

    it("goes back when nobody continues a pause in time", async () => {
      const deployment = harness.native({ lifecycleHooks: [pause(5)] });
      await assertRolledBack(await deployment.run(), /nobody continued the deployment within 5 minutes/);
      assert.equal(deployment.hooks.details[0]!.status, "TIMED_OUT");
      harness.assertNeverShifted();
    });

    it("goes on when nobody continues a pause that is to go on", async () => {
      const deployment = harness.native({ lifecycleHooks: [pause(5, "CONTINUE")] });
      assert.equal((await deployment.run()).status, "SUCCESSFUL");
    });

    it("goes back when a person says so at a pause, without waiting for the other hooks of that stage", async () => {
      harness.hooks.slow = () => ({ hookStatus: "IN_PROGRESS", callBackDelay: 36_000 });
      const deployment = harness.native({
        lifecycleHooks: [pause(60), lambdaHook("slow", "PRE_PRODUCTION_TRAFFIC_SHIFT")],
      });
      const said = harness.when(
        ({ type }) => type === "hook.awaiting-action",
        () => deployment.hooks.continue(deployment.hooks.details[0]!.hookId, "ROLLBACK"),
      );
      await assertRolledBack(await deployment.run(), /a person rolled the deployment back/);
      await said;
    });

    const crashes = () => Promise.resolve({ command: nodeCommand("process.exit(3)"), cwd: tmpdir(), environment: {} });

    it("goes back when so many tasks failed as the circuit breaker's threshold says", async () => {
      const deploymentCircuitBreaker = { enable: true, rollback: true };
      const deployment = harness.native({ deploymentCircuitBreaker }, { launch: crashes });
      await assertRolledBack(
        await deployment.run(),
        /the circuit breaker's threshold of 3 failures is reached.*exit code 3/s,
      );
    });

    it("stays as it is where the circuit breaker is not to go back; the next deployment reconciles the service", async () => {
      const deploymentCircuitBreaker = { enable: true, rollback: false };
      const stopped = await harness.native({ deploymentCircuitBreaker }, { launch: crashes }).run();
      assert.equal(stopped.status, "STOPPED");
      assert.deepEqual(harness.taskSets, ["v1 PRIMARY", "v2 ACTIVE"]);
      assert.deepEqual(await harness.whoAnswers(), onBlue);

      assert.equal((await harness.native().run()).status, "SUCCESSFUL");
      assert.ok(harness.lifecycle.includes("RECONCILE_SERVICE succeeded"));
      assert.deepEqual(harness.taskSets, ["v3 PRIMARY"]);
    });

    for (const stage of ["SCALE_UP", "POST_TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME"]) {
      it(`goes back when somebody stops it in ${stage}`, async () => {
        const deployment = harness.native();
        const stopped = harness.when(
          ({ text }) => text === `${stage} started`,
          () => {
            deployment.interrupt("request", "somebody stopped it");
            assert.equal(deployment.status, "ROLLBACK_REQUESTED");
          },
        );
        await assertRolledBack(await deployment.run(), /somebody stopped it/);
        await stopped;
      });
    }

    it("has succeeded all the same when somebody stops it while blue is being ended", async () => {
      const deployment = harness.native();
      const stopped = harness.when(
        ({ text }) => text === "CLEAN_UP started",
        () => deployment.interrupt("request", "too late"),
      );
      assert.equal((await deployment.run()).status, "SUCCESSFUL");
      await stopped;
      assert.deepEqual(await harness.whoAnswers(), onGreen);
    });
  });
});
