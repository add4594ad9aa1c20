import fc from "fast-check";
import { deploymentController } from "../../../rehearsal/codedeploy/controller";
import { endOf, hookableEvents } from "../../../rehearsal/codedeploy/lifecycle";
import type { DeploymentRequest } from "../../../rehearsal/codedeploy/operations";
import { canary } from "../../../rehearsal/blue-green/shift-steps";
import { type Death, liveAndDie } from "../controller/mortal-cloud";
import { mostlyWell } from "../controller/circumstances";
import { comesToItsModelsEnd } from "../controller/compared-with-model";
import { ModelCloud } from "./model-cloud";
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
  comesToItsModelsEnd({ circumstances, deployed, expectedWorld });
});

/** Runs the real controller in a cloud of this test's. */
async function deployed({ approval, rollsBackOn, happenings }: Circumstances, when: readonly Death[]) {
  const request: DeploymentRequest = {
    // A month takes a few milliseconds.
    scale: 1e9,
    id: "d-1",
    label: "v2",
    rules: {
      approval,
      rollbackOnFailure: rollsBackOn.failure,
      rollbackOnStop: rollsBackOn.stop,
      rollbackOnAlarm: rollsBackOn.alarm,
    },
    shiftSteps: canary(10, 5),
    hooks: Object.fromEntries(hookableEvents.map((event) => [event, "judge"])),
    approvalMinutes: 5,
    terminationWaitMinutes: 5,
  };
  const cloud = new ModelCloud(happenings, when);
  const end = await liveAndDie(deploymentController, request, cloud);
  const { state, begun, told, verdicts } = cloud;
  const world: World = { ...state, status: endOf(end).status, begun };
  return { world, told: { told, verdicts: [...verdicts.values()] } };
}
