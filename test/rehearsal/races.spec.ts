import assert from "node:assert/strict";
import { UsageError } from "../../rehearsal/command-line";
import { lastReleased, type Pushed, runProblems } from "../../rehearsal/races/judge";
import { parseRacesOptions } from "../../rehearsal/races/options";
import { describePlan, planOf } from "../../rehearsal/races/plan";

describe("a round in which everything happens at once", () => {
  it("is the same for the same seed, and another one for each other", () => {
    const texts = Array.from({ length: 50 }, (_, seed) => describePlan(planOf(seed)));
    assert.deepEqual(
      texts,
      Array.from(texts.keys(), (seed) => describePlan(planOf(seed))),
    );
    assert.equal(new Set(texts).size, texts.length);
  });

  it("has so many pushes that the pipeline's mode matters, and every other thing at any time", () => {
    for (const seed of [6, 7]) {
      const { mode, pushes, acts } = planOf(seed);
      assert.equal(pushes.length, mode === "QUEUED" ? 2 : 3);
      assert.deepEqual(
        acts.map(({ act }) => act.kind),
        ["scale", "scale", "stop", "pulumi up"],
      );
    }
    const orders = Array.from({ length: 50 }, (_, seed) => describePlan(planOf(seed)).replaceAll(/\d+ /g, ""));
    assert.ok(new Set(orders).size > 25);
  });
});

describe("the end of a round's pushes", () => {
  const stopped = "a person stopped it";
  const pushed = (...ends: Pushed["result"][]): Pushed[] =>
    ends.map((result, index) => ({ version: `v${index + 1}`, result }));
  const succeeded = { status: "Succeeded" } as const;
  const superseded = { status: "Superseded" } as const;
  const undone = { status: "Failed", reason: `deployment d-1 Stopped: ${stopped}` } as const;
  const problems = (mode: "QUEUED" | "SUPERSEDED", all: Pushed[], ended: string[]) =>
    runProblems(mode, all, ended, stopped).join("; ");

  it("may be that a newer one supersedes one, in that mode only, and never the newest", () => {
    const middle = pushed(succeeded, superseded, succeeded);
    assert.equal(problems("SUPERSEDED", middle, ["v1", "v3"]), "");
    assert.match(problems("QUEUED", middle, ["v1", "v3"]), /v2 was superseded, in mode QUEUED/);
    assert.match(problems("SUPERSEDED", pushed(succeeded, superseded), ["v1"]), /v2 was superseded/);
  });

  it("is in the order of the pushes", () => {
    assert.equal(problems("QUEUED", pushed(succeeded, succeeded), ["v1", "v2"]), "");
    assert.match(problems("QUEUED", pushed(succeeded, succeeded), ["v2", "v1"]), /and released v2, v1/);
  });

  it("may be that one stop undid one of them, and nothing else did", () => {
    assert.equal(problems("QUEUED", pushed(succeeded, undone), ["v1", "v2"]), "");
    assert.match(problems("QUEUED", pushed(undone, undone), ["v1", "v2"]), /one stop undid 2 releases/);
    const broken = { status: "Failed", reason: "build FAILED" } as const;
    assert.equal(problems("QUEUED", pushed(broken, succeeded), ["v1", "v2"]), "v1 Failed: build FAILED");
  });

  it("leaves the last version live that was released", () => {
    assert.equal(lastReleased(pushed(succeeded, succeeded, undone)), "v2");
    assert.equal(lastReleased(pushed(undone)), undefined);
  });
});

describe("the command line of the races", () => {
  it("asks for both controllers unless it names one", () => {
    assert.deepEqual(parseRacesOptions(["--rounds", "5", "--seed=7"]), {
      rounds: 5,
      seed: 7,
      controllers: ["CODE_DEPLOY", "ECS"],
    });
    assert.deepEqual(parseRacesOptions(["--controller", "ECS"]).controllers, ["ECS"]);
  });

  it("tells all mistakes at once, and how it is used", () => {
    assert.throws(
      () => parseRacesOptions(["--rounds", "0", "--seed", "x", "--controller=EXTERNAL", "--round"]),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.mistakes, [
          "--round: there is no such option",
          '--controller: expected "CODE_DEPLOY" or "ECS", got "EXTERNAL"',
          '--rounds: expected a whole number from 1 to 100000, got "0"',
          '--seed: expected a whole number from 0 to 999999999, got "x"',
        ]);
        assert.match(error.message, /Usage: npm run races/);
        return true;
      },
    );
  });
});
