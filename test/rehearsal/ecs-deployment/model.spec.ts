import fc from "fast-check";
import assert from "node:assert/strict";
import { runLifecycle } from "../../../rehearsal/blue-green/run-lifecycle";
import { canary } from "../../../rehearsal/blue-green/shift-steps";
import { deploymentConfiguration, hookStages } from "../../../rehearsal/ecs-deployment/deployment-configuration";
import { lifecycle } from "../../../rehearsal/ecs-deployment/lifecycle";
import { StageHooks } from "../../../rehearsal/ecs-deployment/stage-hooks";
import { ServiceDeploymentSteps } from "../../../rehearsal/ecs-deployment/steps";
import { mostlyWell } from "../blue-green/circumstances";
import { lambdaHook, source, target } from "./harness";
import { ModelServiceSides } from "./model-sides";
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

const { lifecycleHooks } = deploymentConfiguration.parse({
  strategy: "CANARY",
  lifecycleHooks: [lambdaHook("judge", ...hookStages)],
});

describe("a service deployment, compared with a model of what AWS's documents say", () => {
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
async function deployed({ leftOver: isLeft, rollsBackOn, happenings }: Circumstances): Promise<World> {
  const shiftSteps = canary(10, 5);
  const revisions = { targetRevisionArn: target, sourceRevisionArn: source };
  const plan = { arn: "d-1", serviceArn: "app", label: "v2", ...revisions, shiftSteps, bakeTimeMinutes: 5 };
  const sides = new ModelServiceSides(happenings, isLeft ? leftOver : before);
  const { timeline, clock, invoke, interruption } = sides;
  const { signal } = new AbortController();
  const hooks = new StageHooks(lifecycleHooks, { invoke, clock, timeline });
  const steps = new ServiceDeploymentSteps(plan, { sides, hooks, timeline, clock, interruption, signal });
  const { status } = await runLifecycle({
    name: "service deployment d-1",
    label: plan.label,
    machine: lifecycle({ reconcile: isLeft, shifts: shiftSteps.length, rollbackOn: rollsBackOn }),
    perform: (step) => steps.perform(step),
    emit: (type, text, detail) => timeline.emit("ecs", type, text, detail),
    signal,
  });
  const { state, begun, launches, hooked } = sides;
  return { ...state, status, launches, begun, hooks: hooked };
}
