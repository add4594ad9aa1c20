import fc from "fast-check";
import assert from "node:assert/strict";
import { runLifecycle } from "../../../rehearsal/blue-green/run-lifecycle";
import { canary } from "../../../rehearsal/blue-green/shift-steps";
import { hookableEvents, lifecycle } from "../../../rehearsal/codedeploy/lifecycle";
import { DeploymentSteps } from "../../../rehearsal/codedeploy/steps";
import { mostlyWell } from "../blue-green/circumstances";
import { ModelDeploymentSides } from "./model-sides";
import { type Circumstances, expectedWorld, type Happening, type World } from "./reference-model";

/** What may happen in each step, other than that it goes well. */
const possible: Readonly<Record<string, readonly Happening[]>> = {
  ...Object.fromEntries(hookableEvents.map((event) => [event, ["fails", "takes too long"]])),
  Install: ["fails", "takes too long"],
  AllowTestTraffic: ["fails"],
  approval: ["takes too long"],
  AllowTraffic: ["fails"],
  terminationWait: [],
  terminateBlue: ["fails"],
  rollback: ["production is refused", "test is refused", "primary is refused", "the end is refused"],
};

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  approval: fc.boolean(),
  rollsBackOn: fc.record({ failure: fc.boolean(), stop: fc.boolean(), alarm: fc.boolean() }),
  happenings: mostlyWell<Happening>(possible, ["a person stops it", "an alarm fires"]),
});

describe("a deployment, compared with a model of what AWS's documents say", () => {
  it("comes to the same end, whatever happens in its steps", async () => {
    await fc.assert(
      fc.asyncProperty(circumstances, async (given) => {
        assert.deepEqual(await deployed(given), expectedWorld(given));
      }),
      { numRuns: 400 },
    );
  });
});

/** Performs the real steps on sides of this test's. */
async function deployed({ approval, rollsBackOn, happenings }: Circumstances): Promise<World> {
  const plan = {
    id: "d-1",
    label: "v2",
    shiftSteps: canary(10, 5),
    hooks: Object.fromEntries(hookableEvents.map((event) => [event, "judge"])),
    approvalMinutes: 5,
    terminationWaitMinutes: 5,
  };
  const sides = new ModelDeploymentSides(happenings);
  const { timeline, clock, verdicts, invoke, interruption } = sides;
  const { signal } = new AbortController();
  const steps = new DeploymentSteps(plan, { sides, timeline, clock, verdicts, invoke, interruption, signal });
  timeline.on(({ type }) => type === "deployment.ready" && sides.isContinued && steps.continue());
  const { status } = await runLifecycle({
    name: "deployment d-1",
    label: plan.label,
    machine: lifecycle({
      approval,
      rollbackOnFailure: rollsBackOn.failure,
      rollbackOnStop: rollsBackOn.stop,
      rollbackOnAlarm: rollsBackOn.alarm,
    }),
    perform: (step) => steps.perform(step),
    emit: (type, text, detail) => timeline.emit("codedeploy", type, text, detail),
    signal,
  });
  return { ...sides.state, status, begun: sides.begun };
}
