import assert from "node:assert/strict";
import type { Call } from "../../../rehearsal/controller/channel";
import type { ServiceDeployment } from "../../../rehearsal/ecs-deployment/service-deployment";
import { onGreen } from "../codedeploy/harness";
import { lambdaHook, NativeHarness } from "./harness";

const everyHook = [
  "PRE_SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
];
const configuration = {
  strategy: "CANARY",
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
  bakeTimeInMinutes: 1,
  lifecycleHooks: [lambdaHook("hook", ...everyHook)],
};

/** How a release ends, as far as it must not depend on its controller's deaths. */
interface Seen {
  readonly status: string;
  readonly hooks: readonly string[];
  /** Green's shares of production, one after the other. */
  readonly weights: readonly number[];
  readonly taskSets: readonly string[];
}

describe("a service deployment whose controller is killed", () => {
  /** Releases v2; `live` may kill the controller. The alarm fires in the bake time if it is to go back. */
  async function release(goesBack: boolean, live: (deployment: ServiceDeployment) => void): Promise<Seen> {
    const harness = await new NativeHarness(600).start();
    try {
      const hooks: string[] = [];
      harness.hooks.hook = ({ lifecycleStage, executionDetails }) => {
        hooks.push(`${lifecycleStage} ${JSON.stringify(executionDetails.productionTrafficWeights)}`);
        return { hookStatus: "SUCCEEDED" };
      };
      const alarms = { alarmNames: ["5xx"], enable: true, rollback: true };
      const deployment = harness.native({ ...configuration, alarms });
      if (goesBack) {
        void harness.when(
          ({ text }) => text === "BAKE_TIME started",
          () => harness.fire("5xx"),
        );
      }
      live(deployment);
      const { status } = await deployment.run();
      if (goesBack) await harness.assertBlueIsLive();
      else assert.deepEqual(await harness.whoAnswers(), onGreen);
      assert.equal(harness.processes.size, 1);
      const shares = harness.productionWeights.map(([, green]) => green!);
      // A share that is set again changes nothing.
      const weights = shares.filter((share, index) => share !== shares[index - 1]);
      return { status, hooks, weights, taskSets: harness.taskSets };
    } finally {
      await harness.close();
    }
  }

  for (const goesBack of [false, true]) {
    const path = goesBack ? "goes back" : "goes through";
    it(`before and after each thing that it asks for, in each step, ${path} as if nothing had happened`, async () => {
      const operations = new Set<string>();
      const expected = await release(goesBack, ({ controller }) => {
        controller.on("call", ({ operation }) => operations.add(operation));
      });
      assert.equal(expected.status, goesBack ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL");
      assert.ok(operations.size >= 9, [...operations].join());

      // After its end has been told there is nobody left to kill.
      operations.delete("end");
      const runs = [...operations].map(async (operation) => {
        let deaths = 0;
        const seen = await release(goesBack, ({ controller }) => {
          const killed = new Set<string>();
          const kill = (moment: string) => (call: Call) => {
            const key = `${moment} ${JSON.stringify(call.input)}`;
            if (call.operation !== operation || killed.has(key)) return;
            killed.add(key);
            deaths++;
            controller.kill();
          };
          controller.on("call", kill("before"));
          // Whoever has only told something has nothing to show for it, and may not die three times in a row.
          if (operation !== "tell") controller.on("done", kill("after"));
        });
        assert.deepEqual(seen, expected, `killed at ${operation}`);
        assert.ok(deaths >= 2, operation);
      });
      await Promise.all(runs);
    });
  }
});
