import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  type Cause,
  firstStep,
  lifecycleStages,
  type LifecycleRules,
  nameOf,
  nextStep,
  type Outcome,
  statusOf,
  type Step,
} from "../../../rehearsal/ecs-deployment/lifecycle";

const done: Outcome = { kind: "done" };
const failed = (cause: Cause): Outcome => ({ kind: "failed", cause, reason: "it broke" });
const blueGreen: LifecycleRules = { reconcile: false, shifts: 1, rollbackOn: { circuitBreaker: true, alarm: true } };
const causes: readonly Cause[] = ["hook", "circuitBreaker", "alarm", "timeout", "request", "newDeployment", "error"];
const wayBack = ["rollback PRODUCTION_TRAFFIC_SHIFT", "rollback TEST_TRAFFIC_SHIFT", "rollback CLEAN_UP"];

const anyRules: fc.Arbitrary<LifecycleRules> = fc.record({
  reconcile: fc.boolean(),
  shifts: fc.integer({ min: 1, max: 12 }),
  rollbackOn: fc.record({ circuitBreaker: fc.boolean(), alarm: fc.boolean() }),
});
const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(done) },
  { weight: 1, arbitrary: fc.constantFrom(...causes).map(failed) },
);

describe("the lifecycle of a service deployment", () => {
  it("goes through ECS's stages in order, where one revision was active before", () => {
    assert.deepEqual(path(blueGreen), ["pending", ...lifecycleStages.slice(1), "ended SUCCESSFUL"]);
  });

  it("reconciles the service first where an earlier deployment was stopped half way", () => {
    assert.deepEqual(path({ ...blueGreen, reconcile: true }).slice(0, 3), [
      "pending",
      "RECONCILE_SERVICE",
      "PRE_SCALE_UP",
    ]);
  });

  it("asks before each step of a canary's or linear shift, and looks back once all has shifted", () => {
    const steps = path({ ...blueGreen, shifts: 3 });
    const one = ["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"];
    const shift = steps.slice(steps.indexOf("PRE_PRODUCTION_TRAFFIC_SHIFT"), steps.indexOf("BAKE_TIME"));
    assert.deepEqual(shift, [...one, ...one, ...one, "POST_PRODUCTION_TRAFFIC_SHIFT"]);
  });

  for (const stage of lifecycleStages.slice(1, -1)) {
    it(`goes back, production first, when a hook or a person ends ${stage}`, () => {
      for (const cause of ["hook", "request", "timeout", "error"] as const) {
        const steps = path(blueGreen, { [stage]: failed(cause) });
        assert.deepEqual(steps.slice(-5), [stage, ...wayBack, "ended ROLLBACK_SUCCESSFUL: it broke"]);
      }
    });
  }

  it("stays as it is after what circuit breaker or alarm found, where they are not to roll back", () => {
    const rules = { ...blueGreen, rollbackOn: { circuitBreaker: false, alarm: false } };
    assert.deepEqual(path(rules, { SCALE_UP: failed("circuitBreaker") }).slice(-2), [
      "stop",
      "ended STOPPED: it broke",
    ]);
    assert.deepEqual(path(rules, { BAKE_TIME: failed("alarm") }).slice(-2), ["stop", "ended STOPPED: it broke"]);
    assert.deepEqual(path(blueGreen, { BAKE_TIME: failed("alarm") }).at(-1), "ended ROLLBACK_SUCCESSFUL: it broke");
  });

  it("makes room for a new deployment without going back, from every step but the end of blue", () => {
    const rules = { ...blueGreen, reconcile: true };
    for (const step of ["pending", ...lifecycleStages.slice(0, -1)]) {
      const steps = path(rules, { [step]: failed("newDeployment") });
      assert.deepEqual(steps.slice(-3), [step, "stop", "ended STOPPED: it broke"]);
    }
  });

  it("goes back from the first step, too, and when a hook fails as the service is reconciled", () => {
    const back = [...wayBack, "ended ROLLBACK_SUCCESSFUL: it broke"];
    assert.deepEqual(path(blueGreen, { pending: failed("request") }), ["pending", ...back]);
    const rules = { ...blueGreen, reconcile: true };
    assert.deepEqual(path(rules, { RECONCILE_SERVICE: failed("hook") }), ["pending", "RECONCILE_SERVICE", ...back]);
  });

  it("holds no rollback up for a hook, and says what that hook said", () => {
    const end = path(blueGreen, { BAKE_TIME: failed("alarm"), [wayBack[0]!]: failed("hook") });
    assert.deepEqual(end.slice(-4), [...wayBack, "ended ROLLBACK_FAILED: it broke; and on the way back: it broke"]);
  });

  it("ends nothing of green while production could not go back", () => {
    const end = path(blueGreen, { BAKE_TIME: failed("alarm"), [wayBack[0]!]: failed("error") });
    assert.deepEqual(end.at(-2), wayBack[0]);
    assert.match(end.at(-1)!, /^ended ROLLBACK_FAILED/);
  });

  it("ends green though test traffic could not go back, and says all that is left to do", () => {
    const outcomes = { BAKE_TIME: failed("alarm"), [wayBack[1]!]: failed("error"), [wayBack[2]!]: failed("error") };
    const end = path(blueGreen, outcomes);
    const reason = "it broke; and on the way back: it broke; it broke";
    assert.deepEqual(end.slice(-4), [...wayBack, `ended ROLLBACK_FAILED: ${reason}`]);
  });

  it("tells a person's and a newer deployment's wish while the step under way still ends", () => {
    const step: Step = { kind: "stage", stage: "SCALE_UP", shift: 0 };
    assert.deepEqual(
      [undefined, "request", "newDeployment", "alarm"].map((cause) => statusOf(step, cause as Cause | undefined)),
      ["IN_PROGRESS", "ROLLBACK_REQUESTED", "STOP_REQUESTED", "IN_PROGRESS"],
    );
    assert.equal(statusOf(firstStep), "PENDING");
  });

  describe("whatever happens", () => {
    it("ends, and stays ended", () => {
      everyWay(({ steps, rules }) => {
        const end = steps.at(-1)!;
        assert.equal(end.kind, "ended");
        for (const outcome of [done, ...causes.map(failed)]) assert.equal(nextStep(end, outcome, rules), end);
      });
    });

    it("shifts production only after green was tested, each step once and in order", () => {
      everyWay(({ names, steps }) => {
        const shifts = steps.flatMap((step) =>
          step.kind === "stage" && step.stage === "PRODUCTION_TRAFFIC_SHIFT" ? [step.shift] : [],
        );
        assert.deepEqual(
          shifts,
          shifts.map((_, index) => index),
        );
        if (shifts.length > 0) assert.ok(before(names, "POST_TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"));
      });
    });

    it("ends blue only after its bake time, and never on or before a way back", () => {
      everyWay(({ names }) => {
        if (!names.includes("CLEAN_UP")) return;
        assert.ok(before(names, "BAKE_TIME", "CLEAN_UP"));
        assert.ok(!names.some((name) => name.startsWith("rollback")));
      });
    });

    it("ends green only after it has gone back with both routes", () => {
      everyWay(({ names }) => {
        const back = names.filter((name) => name.startsWith("rollback"));
        assert.deepEqual(back, wayBack.slice(0, back.length));
      });
    });

    it("is successful only if every stage was done, and names the reason of every other end", () => {
      everyWay(({ steps, outcomes, rules }) => {
        const end = steps.at(-1) as Extract<Step, { kind: "ended" }>;
        assert.equal(end.status === "SUCCESSFUL", end.reason === undefined);
        if (end.status !== "SUCCESSFUL") return;
        assert.ok(outcomes.slice(0, -1).every(({ kind }) => kind === "done"));
        assert.equal(steps.length, path(rules).length);
      });
    });
  });
});

interface Way {
  readonly rules: LifecycleRules;
  readonly steps: readonly Step[];
  readonly names: readonly string[];
  /** What came of each step but the last. */
  readonly outcomes: readonly Outcome[];
}

function everyWay(check: (way: Way) => void): void {
  fc.assert(
    fc.property(anyRules, fc.array(anyOutcome, { minLength: 60, maxLength: 60 }), (rules, happens) => {
      const steps: Step[] = [firstStep];
      const outcomes: Outcome[] = [];
      for (const outcome of happens) {
        if (steps.at(-1)!.kind === "ended") break;
        outcomes.push(outcome);
        steps.push(nextStep(steps.at(-1)!, outcome, rules));
      }
      check({ rules, steps, names: steps.map(nameOf), outcomes });
    }),
    { numRuns: 500 },
  );
}

function before(names: readonly string[], first: string, second: string): boolean {
  return names.includes(first) && names.indexOf(first) < names.indexOf(second);
}

/** The names of all steps, each done unless `outcomes` says otherwise. */
function path(rules: LifecycleRules, outcomes: Readonly<Record<string, Outcome>> = {}): string[] {
  const names: string[] = [];
  let step = firstStep;
  for (; step.kind !== "ended"; step = nextStep(step, outcomes[nameOf(step)] ?? done, rules)) names.push(nameOf(step));
  return [...names, `ended ${step.status}${step.reason === undefined ? "" : `: ${step.reason}`}`];
}
