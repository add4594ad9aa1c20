import assert from "node:assert/strict";
import { lifecycleEvents, type LifecycleRules } from "../../../rehearsal/codedeploy/lifecycle";
import { lifecycleStages, rollbackStages } from "../../../rehearsal/ecs-deployment/lifecycle";
import { codeDeployMachine } from "../../../rehearsal/kills/code-deploy";
import { ecs, ecsMachine } from "../../../rehearsal/kills/ecs";
import { type Path, paths as pathsOf } from "../../../rehearsal/kills/paths";

const everyRule = { approval: true, rollbackOnFailure: true, rollbackOnStop: true, rollbackOnAlarm: true };

/** Those through CodeDeploy's machine with one step in trouble at most. */
const paths = (rules: LifecycleRules) =>
  pathsOf(codeDeployMachine(rules)).filter(({ troubles }) => troubles.length < 2);
const names = (all: readonly Path[]) => all.map(({ name }) => name);

describe("the paths on which CodeDeploy's controller is killed", () => {
  const [released, ...inTrouble] = paths(everyRule);
  const before = (step: string) => released!.steps.slice(0, released!.steps.indexOf(step) + 1);

  it("begin with the one that goes through, and takes every step but the way back", () => {
    assert.equal(released!.end, "Succeeded");
    const steps = [...lifecycleEvents, "approval", "terminationWait", "terminateBlue"];
    assert.deepEqual([...released!.steps].sort(), [...steps].sort());
  });

  it("are as many as there are steps that fail or are stopped; an alarm leads where a person's stop does", () => {
    const waits = ["approval", "terminationWait"];
    const steps = released!.steps.filter((step) => step !== "terminateBlue");
    assert.deepEqual(
      names(inTrouble),
      steps.flatMap((step) => [...(waits.includes(step) ? [] : [`${step} failed`]), `${step} stopped`]),
    );
    const onAlarmOnly = paths({ ...everyRule, rollbackOnStop: false });
    assert.ok(onAlarmOnly.some(({ name }) => name === "Install alarm"));
  });

  it("go back from every step but the first", () => {
    for (const { troubles, steps, end } of inTrouble) {
      const { step, outcome } = troubles[0]!;
      const back = step === "BeforeInstall" ? [] : ["rollback"];
      assert.deepEqual(steps, [...before(step), ...back]);
      assert.equal(end, outcome === "failed" ? "Failed" : "Stopped");
    }
  });

  it("have no step in them that the rules leave out", () => {
    const without = paths({ ...everyRule, approval: false, rollbackOnFailure: false });
    assert.ok(without.every(({ steps }) => !steps.includes("approval")));
    assert.ok(
      without.every(({ troubles: [first], steps }) => first?.outcome !== "failed" || !steps.includes("rollback")),
    );
  });

  it("go back in vain in each way, from the last step that leads there", () => {
    const refused = ["sendProduction", "sendTest", "makePrimary", "deleteTaskSet"];
    const inVain = pathsOf(codeDeployMachine(everyRule)).filter(({ troubles }) => troubles.length === 2);
    assert.deepEqual(
      names(inVain),
      ["terminationWait stopped", "AfterAllowTraffic failed"].flatMap((first) =>
        refused.map((operation) => `${first}, rollback ${operation} refused`),
      ),
    );
    assert.ok(inVain.every(({ steps }) => steps.at(-1) === "rollback"));
  });
});

describe("the paths on which ECS's controller is killed", () => {
  const rules = { reconcile: false, shifts: 2, rollbackOn: { circuitBreaker: true, alarm: true } };
  const all = pathsOf(ecsMachine(rules));
  const wayBack = rollbackStages.map((stage) => `rollback ${stage}`);
  const one = (name: string) => all.find((path) => path.name === name) ?? assert.fail(`there is no ${name}`);

  it("begin with the one that goes through, and takes every stage, those of the shift once for each of its steps", () => {
    const shift = ["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"];
    const stages = lifecycleStages.slice(1).flatMap((stage) => (stage === shift[0] ? [...shift, stage] : [stage]));
    assert.deepEqual(all[0]!.steps, ["pending", ...stages]);
    assert.equal(all[0]!.end, "SUCCESSFUL");
  });

  it("go back, and stop for a newer deployment, from every step but the end of blue", () => {
    const inTrouble = all.filter(({ troubles }) => troubles.length === 1);
    const steps = all[0]!.steps.slice(0, -1);
    assert.deepEqual(
      inTrouble.map(({ troubles, steps: taken, end }) => [
        troubles[0]!.index,
        taken.slice(troubles[0]!.index + 1),
        end,
      ]),
      steps.flatMap((_, index) => [
        [index, wayBack, "ROLLBACK_SUCCESSFUL"],
        [index, ["stop"], "STOPPED"],
      ]),
    );
    assert.equal(one("PRODUCTION_TRAFFIC_SHIFT 2 hook failed").troubles[0]!.index, 9);
    assert.equal(one("SCALE_UP circuitBreaker").end, "ROLLBACK_SUCCESSFUL");
  });

  it("stop as they are where the rules roll nothing back", () => {
    const without = pathsOf(ecsMachine({ ...rules, rollbackOn: { circuitBreaker: false, alarm: false } }));
    assert.equal(without.find(({ name }) => name === "SCALE_UP circuitBreaker")!.end, "STOPPED");
  });

  it("go back in vain in each stage, and end green unless production could not go back", () => {
    const inVain = all.filter(({ troubles }) => troubles.length === 2);
    assert.deepEqual(
      inVain.map(({ name, steps }) => [name, steps.filter((step) => step.startsWith("rollback")).length]),
      [
        ["BAKE_TIME request, rollback PRODUCTION_TRAFFIC_SHIFT sendProduction refused", 1],
        ["BAKE_TIME request, rollback PRODUCTION_TRAFFIC_SHIFT hook failed", 3],
        ["BAKE_TIME request, rollback TEST_TRAFFIC_SHIFT sendTest refused", 3],
        ["BAKE_TIME request, rollback TEST_TRAFFIC_SHIFT hook failed", 3],
        ["BAKE_TIME request, rollback CLEAN_UP deleteTaskSet refused", 3],
      ],
    );
    assert.ok(inVain.every(({ end }) => end === "ROLLBACK_FAILED"));
  });

  it("are those of a service that an earlier deployment has left, too, as far as they differ", () => {
    const own = ecs.paths().filter(({ after }) => after);
    assert.deepEqual(names(own.map(({ path }) => path)), [
      "reconciled",
      "RECONCILE_SERVICE hook failed",
      "RECONCILE_SERVICE newDeployment",
    ]);
    assert.ok(own.every(({ after, from }) => after!.end === "STOPPED" && from === 1));
  });
});
