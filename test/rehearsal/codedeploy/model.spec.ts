import fc from "fast-check";
import assert from "node:assert/strict";
import { deploymentController } from "../../../rehearsal/codedeploy/controller";
import { hookableEvents } from "../../../rehearsal/codedeploy/lifecycle";
import type { DeploymentRequest } from "../../../rehearsal/codedeploy/operations";
import { canary } from "../../../rehearsal/codedeploy/traffic-shift";
import { Interruption } from "../../../rehearsal/controller/interruption";
import type { Entry } from "../../../rehearsal/controller/journal";
import { runJournalled } from "../../../rehearsal/controller/run-journalled";
import { type Death, MortalCloud } from "./mortal-cloud";
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
};

const happenings = fc.record(
  Object.fromEntries(
    Object.entries(possible).map(([step, own]) => [
      step,
      // Mostly well: otherwise hardly any release would come to its end.
      fc.oneof(
        { weight: 9, arbitrary: fc.constant<Happening>("goes well") },
        { weight: 1, arbitrary: fc.constantFrom<Happening>(...own, "a person stops it", "an alarm fires") },
      ),
    ]),
  ),
);
const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  approval: fc.boolean(),
  rollsBackOn: fc.record({ failure: fc.boolean(), stop: fc.boolean(), alarm: fc.boolean() }),
  happenings,
});
const deaths = fc.array(fc.record({ afterCalls: fc.nat(60), done: fc.boolean() }), { maxLength: 6 });

describe("a deployment, compared with a model of what AWS's documents say", () => {
  it("comes to the same end, whatever happens in its steps", async () => {
    await fc.assert(
      fc.asyncProperty(circumstances, async (given) => {
        assert.deepEqual((await deployed(given, [])).world, expectedWorld(given));
      }),
      { numRuns: 400 },
    );
  });

  it("comes to the same end, however often its controller dies", async () => {
    await fc.assert(
      fc.asyncProperty(circumstances, deaths, async (given, when) => {
        const { world, told, verdicts } = await deployed(given, when);
        assert.deepEqual(world, expectedWorld(given));
        const whole = await deployed(given, []);
        assert.deepEqual(told, whole.told);
        assert.deepEqual(verdicts, whole.verdicts);
      }),
      { numRuns: 400 },
    );
  });
});

/** Runs the real controller in a cloud of this test's, from its journal as often as it dies. */
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
  const entries: Entry[] = [{ request }];
  const cloud = new MortalCloud(happenings, [...when]);
  for (;;) {
    const interruption = new Interruption();
    const life = cloud.newLife(interruption);
    let alive = true;
    const journal = { entries: [...entries], append: (entry: Entry) => void (alive && entries.push(entry)) };
    const controller = deploymentController(request, life.cloud);
    const end = await Promise.race([
      runJournalled(controller, journal, life.cloud, interruption, request.scale),
      life.death,
    ]);
    alive = false;
    if (end?.kind !== "ended") continue;
    const begun = cloud.told.filter((text) => text.startsWith("lifecycle.started ")).map((text) => text.split(" ")[1]!);
    const world: World = { ...cloud.state, status: end.status, begun };
    return { world, told: cloud.told, verdicts: [...cloud.verdicts.values()] };
  }
}
