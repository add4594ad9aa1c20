import assert from "node:assert/strict";
import { runLifecycle } from "../../../rehearsal/blue-green/run-lifecycle";

type Step = { readonly kind: "count"; readonly from: number } | Ended;
interface Ended {
  readonly kind: "ended";
  readonly status: string;
  readonly reason?: string;
}
type Outcome = { readonly kind: "done" } | { readonly kind: "failed"; readonly reason: string };

/** Counts to three. */
const machine = {
  first: { kind: "count", from: 0 } as Step,
  next: (step: Step, outcome: Outcome): Step => {
    if (step.kind === "ended") return step;
    if (outcome.kind === "failed") return { kind: "ended", status: "FAILED", reason: outcome.reason };
    return step.from === 2 ? { kind: "ended", status: "SUCCEEDED" } : { kind: "count", from: step.from + 1 };
  },
  isEnd: (step: Step): step is Ended => step.kind === "ended",
  nameOf: (step: Step) => (step.kind === "count" ? `from ${step.from}` : "ended"),
};

describe("a lifecycle that is performed", () => {
  let emitted: (readonly [type: string, text: string, detail: unknown])[];
  let ending: AbortController;
  beforeEach(() => ([emitted, ending] = [[], new AbortController()]));

  const run = (perform: (step: Step) => Promise<Outcome>) =>
    runLifecycle({
      ...{ name: "count c-1", label: "v2", machine, perform, signal: ending.signal },
      detailOf: (step) => (step.kind === "count" && step.from === 1 ? { half: true } : {}),
      emit: (...event) => emitted.push([event[0], event[1], event[2]]),
    });

  it("goes from step to step to its end, and says so", async () => {
    const counted: unknown[] = [];
    const end = await run((step) => {
      counted.push(step);
      return Promise.resolve({ kind: "done" });
    });
    assert.deepEqual(end, { kind: "ended", status: "SUCCEEDED" });
    assert.deepEqual(
      counted,
      [0, 1, 2].map((from) => ({ kind: "count", from })),
    );
    assert.deepEqual(emitted, [
      ["deployment.created", "count c-1 created: v2", undefined],
      ["lifecycle.started", "from 0 started", { step: "from 0" }],
      ["lifecycle.succeeded", "from 0 succeeded", { step: "from 0" }],
      ["lifecycle.started", "from 1 started", { step: "from 1", half: true }],
      ["lifecycle.succeeded", "from 1 succeeded", { step: "from 1", half: true }],
      ["lifecycle.started", "from 2 started", { step: "from 2" }],
      ["lifecycle.succeeded", "from 2 succeeded", { step: "from 2" }],
      ["deployment.succeeded", "count c-1 SUCCEEDED", { status: "SUCCEEDED" }],
    ]);
  });

  it("says why a step failed, and with it the lifecycle", async () => {
    await run(() => Promise.resolve({ kind: "failed", reason: "it broke" }));
    assert.deepEqual(emitted.slice(2), [
      ["lifecycle.failed", "from 0 failed: it broke", { step: "from 0", reason: "it broke" }],
      ["deployment.failed", "count c-1 FAILED: it broke", { status: "FAILED", reason: "it broke" }],
    ]);
  });

  it("ends with the rehearsal in the middle of a step, and says nothing more", async () => {
    const running = run(() => new Promise(() => undefined));
    ending.abort(new Error("interrupted"));
    await assert.rejects(running, /^Error: interrupted$/);
    assert.deepEqual(emitted.at(-1)?.[1], "from 0 started");
  });

  it("begins no step once the rehearsal has ended", async () => {
    const running = run((step) => {
      if (step.kind === "count" && step.from === 1) assert.fail("it goes on");
      ending.abort(new Error("interrupted"));
      return Promise.resolve({ kind: "done" });
    });
    await assert.rejects(running, /^Error: interrupted$/);
  });
});
