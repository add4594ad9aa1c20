import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import type { DeploymentProps } from "../../../rehearsal/codedeploy/deployment";
import { hookableEvents } from "../../../rehearsal/codedeploy/lifecycle";
import { Harness, type HookEvent, onBlue, onGreen, tested } from "./harness";

describe("a deployment in trouble", () => {
  let harness: Harness;

  const start = async (scale = 600, shortestBounds?: number) =>
    (harness = await new Harness(scale, undefined, shortestBounds).start());
  afterEach(() => harness.close());

  describe("whose hook says Failed", () => {
    for (const event of hookableEvents.slice(1)) {
      it(`at ${event} is rolled back to blue`, async () => {
        await start();
        harness.functions.judge = (payload) => harness.verdict(payload, "Failed");
        const ended = await harness.deployment({ hooks: { [event]: "judge" } }).run();
        const reason = `the hook judge at ${event} reported Failed`;
        assert.deepEqual(ended, { kind: "ended", status: "Failed", reason });
        assert.deepEqual(harness.lifecycle.slice(-3), [
          `${event} failed: ${reason}`,
          "rollback started",
          "rollback succeeded",
        ]);
        await harness.assertBlueIsLive();
        const shifted = harness.productionWeights.some(([, green]) => green! > 0);
        assert.equal(shifted, event === "AfterAllowTraffic");
      });
    }

    it("at BeforeInstall has touched nothing", async () => {
      await start();
      harness.functions.judge = (payload) => harness.verdict(payload, "Failed");
      assert.equal((await harness.deployment({ hooks: { BeforeInstall: "judge" } }).run()).status, "Failed");
      assert.deepEqual(harness.productionWeights, []);
      await harness.assertBlueIsLive();
    });
  });

  it("has failed in the event that was interrupted, and skips the later ones", async () => {
    await start();
    const deployment = harness.deployment({ hooks: { AfterAllowTestTraffic: "judge" } });
    const statuses = () => deployment.events.all.map(([event, status]) => `${event} ${status}`);
    const done = ["BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic"].map((event) => `${event} Succeeded`);
    const later = (status: string) =>
      ["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"].map((event) => `${event} ${status}`);
    let tested: string[] = [];
    harness.functions.judge = () => {
      tested = statuses();
      deployment.stop("a person pressed stop");
    };
    await deployment.run();
    assert.deepEqual(tested, [...done, "AfterAllowTestTraffic InProgress", ...later("Pending")]);
    assert.deepEqual(statuses(), [...done, "AfterAllowTestTraffic Failed", ...later("Skipped")]);
  });

  describe("whose hook gives no verdict", () => {
    // 60 minutes take a second; nothing is installed that could be too slow for that.
    const hooks = { BeforeInstall: "judge" };

    it("fails after 60 minutes, and refuses a verdict that comes later", async () => {
      await start(3600, 0.05);
      let payload!: HookEvent;
      harness.functions.judge = (event) => {
        payload = event;
        return new Promise(() => undefined);
      };
      const { reason } = await harness.deployment({ hooks }).run();
      assert.equal(reason, "the hook judge at BeforeInstall gave no verdict within 60 minutes: it still runs");
      const [started, failed] = harness.events.filter(({ type }) => type.startsWith("lifecycle."));
      assert.ok(failed!.awsMs - started!.awsMs > 59 * 60_000);
      assert.throws(() => harness.verdict(payload, "Succeeded"), { code: "LifecycleEventAlreadyCompletedException" });
    });

    it("fails with what came of the function, since throwing is no verdict and returning is none either", async () => {
      await start(3600, 0.05);
      const reasonOf = async () => (await harness.deployment({ hooks }).run()).reason;
      harness.functions.judge = () => Promise.reject(new Error("cannot find module 'checks'"));
      assert.match((await reasonOf()) ?? "", /gave no verdict within 60 minutes: cannot find module 'checks'$/);
      harness.functions.judge = () => undefined;
      assert.match((await reasonOf()) ?? "", /gave no verdict within 60 minutes: returned$/);
    });
  });

  describe("whose green never becomes healthy", () => {
    /** The reason of its end. 60 minutes take two seconds. */
    const reasonOf = async (launch: DeploymentProps["launch"]) => {
      await start(1800);
      const end = await harness.deployment({ launch }).run();
      assert.equal(end.status, "Failed");
      assert.match(
        end.reason ?? "",
        /^The deployment timed out while waiting .* This time out period is 60 minutes\. /,
      );
      await harness.assertBlueIsLive();
      harness.assertNeverShifted();
      return end.reason ?? "";
    };

    it("is rolled back after 60 minutes, and names how its tasks ended", async () => {
      const command = ["sh", "-c", "echo no database; exit 3"];
      const reason = await reasonOf(() => Promise.resolve({ command, cwd: tmpdir(), environment: {} }));
      // The last task may have been started just then.
      const cause =
        /v2: (v2-\d+ is initial: [^;]+; )?\d+ tasks of it failed, the last one: Essential container in task exited \(exit code 3\)\n/;
      assert.match(reason, cause);
      assert.match(reason, /no database$/);
    });

    it("is rolled back after 60 minutes, and names why its tasks cannot start", async () => {
      const reason = await reasonOf(() =>
        Promise.reject(new Error("CannotPullContainerError: app@sha256:0 not found")),
      );
      assert.match(reason, /CannotPullContainerError: app@sha256:0 not found$/);
    });

    it("is rolled back after 60 minutes, and names the state of a task that runs and does not answer", async () => {
      const command = ["sh", "-c", "exec sleep 300"];
      const reason = await reasonOf(() => Promise.resolve({ command, cwd: tmpdir(), environment: {} }));
      assert.match(reason, /v2: v2-1 is (initial|unhealthy): /);
    });
  });

  it("goes back as far as it can where the end of green is refused, and says what is left to do", async () => {
    await start();
    const { service } = harness;
    const deleteTaskSet = service.deleteTaskSet.bind(service);
    service.deleteTaskSet = () => Promise.reject(new Error("ThrottlingException: Rate exceeded"));
    harness.functions.judge = (payload) => harness.verdict(payload, "Failed");
    const { reason } = await harness.deployment({ hooks: { AfterAllowTraffic: "judge" } }).run();
    service.deleteTaskSet = deleteTaskSet;
    const failed = "the hook judge at AfterAllowTraffic reported Failed";
    const left = "green is still there: ThrottlingException: Rate exceeded";
    assert.equal(reason, `${failed}; and the rollback failed: ${left}`);
    assert.deepEqual(await harness.whoAnswers(), onBlue);
    assert.deepEqual(harness.taskSets, ["v1 PRIMARY", "v2 ACTIVE"]);
  });

  describe("that somebody stops", () => {
    it("while green is tested goes back to blue, and has never shifted", async () => {
      await start();
      const deployment = harness.deployment({ hooks: { AfterAllowTestTraffic: "judge" } });
      harness.functions.judge = () => deployment.stop("a person pressed stop");
      assert.deepEqual(await deployment.run(), { kind: "ended", status: "Stopped", reason: "a person pressed stop" });
      harness.assertNeverShifted();
      await harness.assertBlueIsLive();
    });

    it("while blue still runs goes back to blue, though green has all of production", async () => {
      await start();
      const deployment = harness.deployment();
      const stopped = harness.when(
        ({ text }) => text === "terminationWait started",
        async () => {
          assert.deepEqual(await harness.whoAnswers(), onGreen);
          deployment.stop("an alarm went off");
        },
      );
      assert.deepEqual(await deployment.run(), { kind: "ended", status: "Stopped", reason: "an alarm went off" });
      await stopped;
      await harness.assertBlueIsLive();
    });

    it("between two steps does not begin the next one", async () => {
      await start();
      const deployment = harness.deployment();
      await Promise.all([
        harness.when(
          ({ text }) => text === "BeforeAllowTraffic succeeded",
          () => deployment.stop("just in time"),
        ),
        deployment.run(),
      ]);
      harness.assertNeverShifted();
      await harness.assertBlueIsLive();
    });

    it("before it has begun does nothing at all", async () => {
      await start();
      const deployment = harness.deployment();
      deployment.stop("changed my mind");
      deployment.stop("too late: only the first one counts", "alarm");
      const ended = { kind: "ended", status: "Stopped", reason: "changed my mind" };
      assert.deepEqual(await deployment.run(), ended);
      assert.deepEqual(harness.productionWeights, []);
    });

    it("while blue is being ended has succeeded all the same", async () => {
      await start();
      const deployment = harness.deployment();
      const stopped = harness.when(
        ({ text }) => text === "terminateBlue started",
        () => deployment.stop("too late"),
      );
      assert.equal((await deployment.run()).status, "Succeeded");
      await stopped;
      assert.deepEqual(harness.taskSets, ["v2 PRIMARY"]);
    });
  });

  it("that fails stays where it is, if the deployment group does not roll back", async () => {
    await start();
    harness.functions.judge = (payload) => harness.verdict(payload, "Failed");
    const groupChange = { rollback: false };
    const ended = await harness.deployment({ groupChange, hooks: { AfterAllowTestTraffic: "judge" } }).run();
    assert.equal(ended.status, "Failed");
    assert.ok(!harness.lifecycle.includes("rollback started"));
    assert.deepEqual(await harness.whoAnswers(), tested);
  });
});
