import assert from "node:assert/strict";
import {
  firstStep,
  lifecycleEvents,
  type LifecycleRules,
  nextStep,
  type Outcome,
  type Step,
} from "../../../rehearsal/codedeploy/lifecycle";

const automatic: LifecycleRules = {
  approval: false,
  rollbackOnFailure: true,
  rollbackOnStop: true,
  rollbackOnAlarm: true,
};
const withApproval = { ...automatic, approval: true };
const withoutRollback = { ...automatic, rollbackOnFailure: false, rollbackOnStop: false, rollbackOnAlarm: false };
const done: Outcome = { kind: "done" };
const failed: Outcome = { kind: "failed", reason: "it broke" };
const stopped: Outcome = { kind: "stopped", reason: "enough" };
const alarm: Outcome = { kind: "alarm", reason: "it fires" };
const everyOutcome: readonly Outcome[] = [done, failed, stopped, alarm];

describe("the lifecycle of a deployment", () => {
  it("goes through CodeDeploy's events in order, waits, and ends blue", () => {
    assert.deepEqual(path(automatic), [...lifecycleEvents, "terminationWait", "terminateBlue", "ended Succeeded"]);
    assert.deepEqual(lifecycleEvents, [
      "BeforeInstall",
      "Install",
      "AfterInstall",
      "AllowTestTraffic",
      "AfterAllowTestTraffic",
      "BeforeAllowTraffic",
      "AllowTraffic",
      "AfterAllowTraffic",
    ]);
  });

  it("asks a person, where one must approve, after the test of green and before anything of the shift", () => {
    const steps = path(withApproval);
    assert.deepEqual(steps.slice(4, 7), ["AfterAllowTestTraffic", "approval", "BeforeAllowTraffic"]);
    assert.equal(steps.filter((step) => step === "approval").length, 1);
  });

  for (const event of lifecycleEvents.slice(1)) {
    it(`rolls back when ${event} fails, and then has failed for that reason`, () => {
      assert.deepEqual(path(automatic, { [event]: failed }).slice(-3), [event, "rollback", "ended Failed: it broke"]);
    });
  }

  it("has nothing to roll back when BeforeInstall fails or is stopped", () => {
    assert.deepEqual(path(automatic, { BeforeInstall: failed }), ["BeforeInstall", "ended Failed: it broke"]);
    assert.deepEqual(path(automatic, { BeforeInstall: stopped }), ["BeforeInstall", "ended Stopped: enough"]);
  });

  it("goes back when it is stopped, even while blue waits for its end", () => {
    for (const step of [...lifecycleEvents.slice(1), "approval", "terminationWait"]) {
      assert.deepEqual(path(withApproval, { [step]: stopped }).slice(-3), [step, "rollback", "ended Stopped: enough"]);
    }
  });

  it("goes back when an alarm fires, from its first change until the end of blue", () => {
    for (const step of ["Install", "AfterAllowTestTraffic", "AllowTraffic", "terminationWait"]) {
      assert.deepEqual(path(automatic, { [step]: alarm }).slice(-3), [step, "rollback", "ended Stopped: it fires"]);
    }
  });

  it("stays as it is after trouble where the deployment group does not roll back", () => {
    assert.deepEqual(path(withoutRollback, { Install: failed }).at(-1), "ended Failed: it broke");
    assert.deepEqual(path(withoutRollback, { AllowTraffic: stopped }).at(-1), "ended Stopped: enough");
    assert.ok(!path(withoutRollback, { AllowTraffic: failed }).includes("rollback"));
    const onlyOnStop = { ...automatic, rollbackOnFailure: false };
    assert.ok(!path(onlyOnStop, { Install: failed }).includes("rollback"));
    assert.ok(path(onlyOnStop, { Install: stopped }).includes("rollback"));
    const notOnAlarm = { ...automatic, rollbackOnAlarm: false };
    assert.deepEqual(path(notOnAlarm, { terminationWait: alarm }).at(-1), "ended Stopped: it fires");
    assert.ok(!path(notOnAlarm, { terminationWait: alarm }).includes("rollback"));
  });

  it("has succeeded once blue is being ended, whatever comes of that", () => {
    for (const outcome of [failed, stopped]) {
      assert.equal(path(automatic, { terminateBlue: outcome }).at(-1), "ended Succeeded");
    }
  });

  it("tells both reasons when the rollback fails too", () => {
    const rollback: Outcome = { kind: "failed", reason: "so did the way back" };
    const end = path(automatic, { Install: failed, rollback }).at(-1);
    assert.equal(end, "ended Failed: it broke; and the rollback failed: so did the way back");
  });

  describe("from every step that can be reached, with every outcome and every rule", () => {
    const choices = [true, false];
    const rules = choices.flatMap((approval) =>
      choices.flatMap((rollbackOnFailure) =>
        choices.flatMap((rollbackOnStop) =>
          choices.map((rollbackOnAlarm) => ({ approval, rollbackOnFailure, rollbackOnStop, rollbackOnAlarm })),
        ),
      ),
    );
    /** Every event, the approval, the wait and the end of blue, or the way back in place of what is left; and `ended`. */
    const longest = lifecycleEvents.length + 4;

    it("ends, and does not leave its end", () => {
      const ends = walk(rules);
      assert.ok(ends.length > 100);
      for (const { steps, rules: rule } of ends) {
        assert.ok(steps.length <= longest, steps.map(nameOf).join(" → "));
        const end = steps.at(-1)!;
        assert.equal(end.kind, "ended");
        for (const outcome of everyOutcome) assert.equal(nextStep(end, outcome, rule), end);
      }
    });

    it("succeeds only if every event was done, in order", () => {
      for (const { steps, outcomes } of walk(rules)) {
        const end = steps.at(-1)!;
        const events = steps.flatMap((step, index) =>
          step.kind === "event" && outcomes[index]!.kind === "done" ? [step.event] : [],
        );
        assert.deepEqual(events, lifecycleEvents.slice(0, events.length));
        if (end.kind === "ended" && end.status === "Succeeded") assert.equal(events.length, lifecycleEvents.length);
      }
    });

    it("never ends blue without having shifted production, nor after it went back", () => {
      for (const { steps } of walk(rules)) {
        const names = steps.map(nameOf);
        const terminated = names.indexOf("terminateBlue");
        if (terminated < 0) continue;
        assert.ok(names.indexOf("AllowTraffic") >= 0 && names.indexOf("AllowTraffic") < terminated);
        assert.ok(!names.includes("rollback"));
      }
    });

    it("never shifts production without a person's word where one is needed", () => {
      for (const { steps, outcomes, rules: rule } of walk(rules)) {
        const names = steps.map(nameOf);
        if (!rule.approval || !names.includes("AllowTraffic")) continue;
        const approval = names.indexOf("approval");
        assert.ok(approval >= 0 && outcomes[approval]!.kind === "done");
      }
    });

    it("names the reason of every end that is no success", () => {
      for (const { steps } of walk(rules)) {
        const end = steps.at(-1)!;
        assert.ok(end.kind === "ended" && (end.status === "Succeeded") === (end.reason === undefined));
      }
    });
  });
});

interface Walk {
  readonly rules: LifecycleRules;
  readonly steps: readonly Step[];
  /** What came of each step but the last. */
  readonly outcomes: readonly Outcome[];
}

/** Every way through the machine. */
function walk(allRules: readonly LifecycleRules[]): Walk[] {
  const ended: Walk[] = [];
  const open: Walk[] = allRules.map((rules) => ({ rules, steps: [firstStep], outcomes: [] }));
  for (let way = open.pop(); way; way = open.pop()) {
    const { rules, steps, outcomes } = way;
    const step = steps.at(-1)!;
    if (step.kind === "ended" || steps.length > 100) {
      ended.push(way);
      continue;
    }
    for (const outcome of everyOutcome) {
      open.push({ rules, steps: [...steps, nextStep(step, outcome, rules)], outcomes: [...outcomes, outcome] });
    }
  }
  return ended;
}

/** The names of all steps, each done unless `outcomes` says otherwise. */
function path(rules: LifecycleRules, outcomes: Readonly<Record<string, Outcome>> = {}): string[] {
  const names: string[] = [];
  let step = firstStep;
  for (; step.kind !== "ended"; step = nextStep(step, outcomes[nameOf(step)] ?? done, rules)) names.push(nameOf(step));
  return [...names, nameOf(step)];
}

function nameOf(step: Step): string {
  if (step.kind === "event") return step.event;
  if (step.kind !== "ended") return step.kind;
  return `ended ${step.status}${step.reason === undefined ? "" : `: ${step.reason}`}`;
}
