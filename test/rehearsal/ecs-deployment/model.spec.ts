import fc from "fast-check";
import { canary } from "../../../rehearsal/blue-green/shift-steps";
import { serviceDeploymentController } from "../../../rehearsal/ecs-deployment/controller";
import { endOf } from "../../../rehearsal/ecs-deployment/lifecycle";
import type { ServiceDeploymentRequest } from "../../../rehearsal/ecs-deployment/operations";
import { mostlyWell } from "../controller/circumstances";
import { comesToItsModelsEnd } from "../controller/compared-with-model";
import { type Death, liveAndDie } from "../controller/mortal-cloud";
import { ModelCloud } from "./model-cloud";
import { before, type Circumstances, expectedWorld, type Happening, leftOver, type World } from "./reference-model";

const hooked: readonly Happening[] = ["its hook fails", "takes too long"];
const moves: readonly Happening[] = [...hooked, "is refused"];

/** What may happen in each step, other than that it goes well. */
const possible: Readonly<Record<string, readonly Happening[]>> = {
  pending: [],
  RECONCILE_SERVICE: hooked,
  PRE_SCALE_UP: hooked,
  SCALE_UP: ["its tasks fail", "takes too long"],
  POST_SCALE_UP: hooked,
  TEST_TRAFFIC_SHIFT: moves,
  POST_TEST_TRAFFIC_SHIFT: hooked,
  PRE_PRODUCTION_TRAFFIC_SHIFT: hooked,
  PRODUCTION_TRAFFIC_SHIFT: moves,
  "PRE_PRODUCTION_TRAFFIC_SHIFT 2": hooked,
  "PRODUCTION_TRAFFIC_SHIFT 2": moves,
  POST_PRODUCTION_TRAFFIC_SHIFT: hooked,
  BAKE_TIME: [],
  CLEAN_UP: ["is refused"],
  "rollback PRODUCTION_TRAFFIC_SHIFT": moves,
  "rollback TEST_TRAFFIC_SHIFT": moves,
  "rollback CLEAN_UP": ["is refused"],
};
const anywhere: readonly Happening[] = ["a person stops it", "an alarm fires", "a newer deployment comes"];

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  leftOver: fc.boolean(),
  rollsBackOn: fc.record({ circuitBreaker: fc.boolean(), alarm: fc.boolean() }),
  happenings: mostlyWell(possible, anywhere),
});

describe("a service deployment, compared with a model of what AWS's documents say", () => {
  comesToItsModelsEnd({ circumstances, deployed, expectedWorld });
});

/** Runs the real controller in a cloud of this test's. */
async function deployed({ leftOver: isLeft, rollsBackOn, happenings }: Circumstances, when: readonly Death[]) {
  const shiftSteps = canary(10, 5);
  const request: ServiceDeploymentRequest = {
    // A month takes a few milliseconds.
    scale: 1e9,
    id: "d-1",
    label: "v2",
    rules: { reconcile: isLeft, shifts: shiftSteps.length, rollbackOn: rollsBackOn },
    shiftSteps,
    bakeTimeMinutes: 5,
  };
  const cloud = new ModelCloud(happenings, when, isLeft ? leftOver : before);
  const end = await liveAndDie(serviceDeploymentController, request, cloud);
  const { state, begun, launches, hooks, told } = cloud;
  const world: World = { ...state, status: endOf(end).status, launches, begun, hooks };
  return { world, told };
}
