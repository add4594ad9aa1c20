import assert from "node:assert/strict";
import { hookableEvents, lifecycleEvents } from "../../../rehearsal/codedeploy/lifecycle";
import { isListening, until } from "../fixtures/tasks";
import { ask, Harness, onBlue, onGreen, tested } from "./harness";

describe("a deployment", () => {
  let harness: Harness;

  const start = async (random?: () => number) => (harness = await new Harness(600, random).start());
  afterEach(() => harness.close());

  describe("that goes well", () => {
    it("tests green before production shifts to it, and ends blue at last", async () => {
      await start();
      const seen: unknown[] = [];
      const hooks: Record<string, string> = {};
      for (const event of hookableEvents) {
        hooks[event] = event;
        harness.functions[event] = async (payload) => {
          seen.push([event, Object.keys(payload), payload.DeploymentId, await harness.whoAnswers()]);
          harness.verdict(payload, "Succeeded");
        };
      }
      const deployment = harness.deployment({ hooks });
      const blue = harness.service.primaryTaskSet!.tasks[0]!;
      assert.deepEqual(await deployment.run(), { kind: "ended", status: "Succeeded" });

      const keys = ["DeploymentId", "LifecycleEventHookExecutionId"];
      assert.deepEqual(seen, [
        ["BeforeInstall", keys, "d-v2", onBlue],
        ["AfterInstall", keys, "d-v2", onBlue],
        ["AfterAllowTestTraffic", keys, "d-v2", tested],
        ["BeforeAllowTraffic", keys, "d-v2", tested],
        ["AfterAllowTraffic", keys, "d-v2", onGreen],
      ]);
      const steps = [...lifecycleEvents, "terminationWait", "terminateBlue"];
      assert.deepEqual(
        harness.lifecycle,
        steps.flatMap((step) => [`${step} started`, `${step} succeeded`]),
      );
      assert.deepEqual(
        deployment.events.all,
        lifecycleEvents.map((event) => [event, "Succeeded"]),
      );
      assert.deepEqual(await harness.whoAnswers(), onGreen);
      assert.deepEqual(harness.taskSets, ["v2 PRIMARY"]);
      assert.equal(blue.lastStatus, "STOPPED");
      assert.equal(await isListening(blue.port), false);
      // CodeDeploy leaves both groups on the listener.
      assert.deepEqual(harness.productionWeights.at(-1), [0, 100]);
    });

    it("loses no request, and answers with no old version after the new one", async () => {
      await start();
      const answers: string[] = [];
      let running = true;
      const client = (async () => {
        while (running) {
          const response = await fetch(harness.productionUrl);
          answers.push(`${response.status} ${await response.text()}`);
        }
      })();
      await harness.deployment().run();
      running = false;
      await client;
      assert.deepEqual([...new Set(answers)], ["200 v1", "200 v2"]);
      assert.equal(answers.lastIndexOf("200 v1") + 1, answers.indexOf("200 v2"));
    });

    it("leaves room for the next one, which goes back to the first target group", async () => {
      await start();
      await harness.deployment().run();
      await harness.deployment().run();
      assert.deepEqual(await harness.whoAnswers(), { production: "v3", test: "v3" });
      assert.deepEqual(harness.taskSets, ["v3 PRIMARY"]);
      assert.deepEqual(harness.productionWeights.at(-1), [100, 0]);
    });

    it("sends a part of production to green first, where the configuration says so", async () => {
      let turn = 0;
      // Every other request is of the smaller part.
      await start(() => (turn++ % 2 === 0 ? 0.05 : 0.95));
      const deployment = harness.deployment({
        groupChange: { config: "CodeDeployDefault.ECSCanary10Percent15Minutes" },
      });
      const answers: string[] = [];
      const between = harness.when(
        () => harness.productionWeights.at(-1)?.[1] === 10,
        async () => {
          for (let request = 0; request < 4; request++) answers.push(await ask(harness.productionUrl));
        },
      );
      assert.equal((await deployment.run()).status, "Succeeded");
      await between;
      assert.deepEqual([...new Set(answers)].sort(), ["v1", "v2"]);
      assert.deepEqual(harness.productionWeights, [
        [90, 10],
        [0, 100],
      ]);
    });

    it("shifts production in equal steps, where the configuration says so", async () => {
      await start();
      const config = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes";
      await harness.deployment({ groupChange: { config } }).run();
      const shares = harness.productionWeights.map(([, green]) => green);
      assert.deepEqual(shares, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    });
  });

  it("takes a verdict from whoever gives it, though the function threw or is called twice", async () => {
    await start();
    harness.functions.judge = (payload) => {
      harness.verdict(payload, "Succeeded");
      assert.throws(() => harness.verdict(payload, "Failed"), { code: "LifecycleEventAlreadyCompletedException" });
      throw new Error("thrown after the verdict");
    };
    const ended = await harness.deployment({ hooks: { AfterAllowTestTraffic: "judge" } }).run();
    assert.equal(ended.status, "Succeeded");
  });

  describe("that a person must continue", () => {
    it("shifts production once somebody does", async () => {
      await start();
      const deployment = harness.deployment({ groupChange: { approvalMinutes: 60 } });
      deployment.continue(); // Too early: nothing waits for it.
      const approved = harness.when(
        ({ type }) => type === "deployment.ready",
        async () => {
          assert.deepEqual(await harness.whoAnswers(), tested);
          deployment.continue();
        },
      );
      assert.equal((await deployment.run()).status, "Succeeded");
      await approved;
      assert.deepEqual(await harness.whoAnswers(), onGreen);
    });

    it("stops when nobody does in time, and green is gone", async () => {
      await start();
      const ended = await harness.deployment({ groupChange: { approvalMinutes: 5 } }).run();
      const reason = "nobody continued the deployment within 5 minutes";
      assert.deepEqual(ended, { kind: "ended", status: "Stopped", reason });
      await harness.assertBlueIsLive();
    });
  });

  it("is left as it is when the rehearsal is interrupted", async () => {
    await start();
    let invoked = false;
    harness.functions.judge = () => {
      invoked = true;
      return new Promise(() => undefined);
    };
    const run = harness.deployment({ hooks: { AfterAllowTestTraffic: "judge" } }).run();
    const rejected = assert.rejects(run, /interrupted/);
    await until(() => invoked);
    assert.deepEqual(
      harness.timeline.underWay.map(({ text }) => text),
      ["hook judge"],
    );
    harness.interrupt();
    await rejected;
    assert.equal(harness.lifecycle.at(-1), "AfterAllowTestTraffic started");
    assert.deepEqual(harness.timeline.underWay, []);
  });

  it("is refused before it begins, if it cannot be performed", async () => {
    await start();
    const groupChange = { config: "OurOwnCanary" };
    assert.throws(
      () => harness.deployment({ groupChange }),
      /cannot perform the deployment configuration OurOwnCanary/,
    );
    await harness.service.close();
    assert.throws(() => harness.deployment(), /service app has no task set to deploy against/);
    assert.deepEqual(harness.lifecycle, []);
  });
});
