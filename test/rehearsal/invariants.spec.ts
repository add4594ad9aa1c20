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
});
