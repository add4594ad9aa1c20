import assert from "node:assert/strict";
import { Clock } from "../../rehearsal/clock";
import { Timeline } from "../../rehearsal/events";
import { Invariants } from "../../rehearsal/invariants";
import type { Stack } from "../../rehearsal/stack/stack";
import type { TrafficSide } from "../../rehearsal/stack/traffic-side";

describe("what must hold after every step", () => {
  it("is broken by a deployment that begins while another one is under way", () => {
    const timeline = new Timeline(new Clock(60));
    const stack = { service: {}, runningVersions: [] } as unknown as Stack;
    const { violations } = new Invariants(stack, {} as TrafficSide, 8080, timeline);
    const tell = (type: string, text = type) => timeline.emit("codedeploy", type, text);
    tell("deployment.created");
    tell("deployment.succeeded");
    tell("deployment.created");
    assert.deepEqual(violations, []);
    tell("deployment.created", "deployment d-2 created: v3");
    assert.deepEqual(violations, ["deployment d-2 created: v3, while another one is under way"]);
  });

  describe("is broken by what a release that failed has left running", () => {
    /** The violations of an ECS deployment of v2 on v1 with these steps, after which v2 still runs. */
    const violationsOf = (end: string, ...steps: readonly (readonly [step: string, phase: string])[]) => {
      const timeline = new Timeline(new Clock(60));
      const service = { primaryTaskSet: { label: "v1" } };
      const stack = { service, runningVersions: ["v1", "v2"] } as unknown as Stack;
      const traffic = { routes: { weights: { production: { blue: 100 } } } } as unknown as TrafficSide;
      const { violations } = new Invariants(stack, traffic, 8080, timeline);
      timeline.emit("ecs", "deployment.created", "");
      for (const [step, phase] of steps) timeline.emit("ecs", `lifecycle.${phase}`, "", { step });
      timeline.emit("ecs", `deployment.${end}`, end);
      return violations;
    };
    const production = "rollback PRODUCTION_TRAFFIC_SHIFT";
    const green = "rollback CLEAN_UP";

    it("though its way back is done, or a hook of it has failed", () => {
      const left = (end: string) => [`${end}: v2 still run`];
      const back = [production, "succeeded"] as const;
      assert.deepEqual(violationsOf("rollback_successful", back, [green, "succeeded"]), left("rollback_successful"));
      const hookFailed = violationsOf("rollback_failed", [production, "failed"], [green, "succeeded"]);
      assert.deepEqual(hookFailed, left("rollback_failed"));
    });

    it("and not where it could not go back, or was to stay as it was", () => {
      assert.deepEqual(violationsOf("rollback_failed", [production, "failed"]), []);
      assert.deepEqual(violationsOf("rollback_failed", [production, "succeeded"], [green, "failed"]), []);
      assert.deepEqual(violationsOf("stopped", ["stop", "started"]), []);
    });
  });
});
