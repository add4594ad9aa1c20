import assert from "node:assert/strict";
import { type Evidence, judgeRelease, judgeRollback } from "../../../rehearsal/story/verdict";
import { countsOf, type Totals } from "../../../rehearsal/traffic/report";

const totals = (change: Partial<Totals> = {}): Totals => ({
  sent: 600,
  ok: 600,
  failed: 0,
  underWay: 0,
  unsent: 0,
  tooBusy: 0,
  byKind: countsOf(() => 0),
  ...change,
});

describe("the verdict on a release", () => {
  const observations = [
    { when: "before the release", production: "v1", test: "v1" },
    { when: "while green is installed", production: "v1", test: "v1" },
    { when: "test traffic is on green", production: "v1", test: "v2" },
    { when: "production has shifted", production: "v2", test: "v2" },
    { when: "blue is stopped", production: "v2", test: "v2" },
  ];
  const sound: Evidence = {
    observations,
    totals: totals(),
    pipelineStatus: "Succeeded",
    reason: undefined,
    running: ["v2"],
    before: "v1",
    released: "v2",
  };

  it("is good if everything was seen and nothing lost", () => {
    const text = "v2 was released, v1 stopped, and not one request was lost";
    assert.deepEqual(judgeRelease(sound), { succeeded: true, text });
    assert.equal(judgeRelease({ ...sound, running: ["v2", "v2"] }).succeeded, true);
  });

  const bad = (change: Partial<Evidence>, text: string) =>
    assert.deepEqual(judgeRelease({ ...sound, ...change }), { succeeded: false, text });

  it("is bad if the pipeline did not succeed, and says why", () => {
    bad({ pipelineStatus: "Failed", reason: "no image" }, "the pipeline run Failed: no image");
  });

  it("is bad if only one observation is missing or another", () => {
    for (const { when, production, test } of observations) {
      const others = observations.filter((observation) => observation.when !== when);
      const expected = `${when}: expected production ${production} and test ${test}; it`;
      bad({ observations: others }, `${expected} was not seen`);
      bad({ observations: [...others, { when, production: "503", test }] }, `${expected} answered 503 and ${test}`);
      bad({ observations: [...others, { when, production, test: "v9" }] }, `${expected} answered ${production} and v9`);
    }
  });

  it("is bad if a request was lost, or none was sent", () => {
    bad({ totals: totals({ ok: 599, failed: 1 }) }, "1 of 600 production requests were lost");
    bad({ totals: totals({ sent: 0, ok: 0 }) }, "no production request was sent");
  });

  it("is bad if the old version still runs, or the new one does not", () => {
    bad({ running: ["v2", "v1", "v1"] }, "tasks of v1 still run");
    bad({ running: [] }, "no task of v2 runs");
  });

  it("names everything at once", () => {
    const { text } = judgeRelease({ ...sound, pipelineStatus: "Failed", reason: "no image", observations: [] });
    assert.equal(text.split("; ").length, 1 + 2 * observations.length);
  });
});

describe("the verdict on a release with a fault", () => {
  const sound: Evidence = {
    observations: [
      { when: "before the release", production: "v1", test: "v1" },
      { when: "test traffic is on green", production: "v1", test: "500" },
      { when: "after the rollback", production: "v1", test: "v1" },
    ],
    totals: totals(),
    pipelineStatus: "Failed",
    reason: "the hook reported Failed",
    running: ["v1"],
    before: "v1",
    released: "v2",
  };

  it("is good if it was rolled back with nothing lost", () => {
    const text = "the faulty version was rolled back, v1 is live, and not one request was lost";
    assert.deepEqual(judgeRollback(sound), { succeeded: true, text });
  });

  const bad = (change: Partial<Evidence>, text: RegExp) => {
    const verdict = judgeRollback({ ...sound, ...change });
    assert.equal(verdict.succeeded, false);
    assert.match(verdict.text, text);
  };

  it("is bad if it went through", () => {
    bad({ pipelineStatus: "Succeeded" }, /^the pipeline run Succeeded, and should have failed$/);
  });

  it("is bad if the old version is not back on both ports", () => {
    bad({ observations: sound.observations.slice(0, 2) }, /^after the rollback: .* was not seen$/);
    const after = { when: "after the rollback", production: "v1", test: "v2" };
    bad({ observations: [...sound.observations.slice(0, 2), after] }, /^after the rollback: .* answered v1 and v2$/);
  });

  it("is bad if a request was lost or the faulty version still runs", () => {
    bad({ totals: totals({ failed: 2 }) }, /^2 of 600 production requests were lost$/);
    bad({ running: ["v1", "v2"] }, /^tasks of v2 still run$/);
  });
});
