import {
  firstStep,
  isEnd,
  type LifecycleRules,
  nameOf,
  nextStep,
  type Outcome,
  type Step,
} from "../codedeploy/lifecycle";

/** What may come of a step, other than its being done. */
const troubles = ["failed", "stopped", "alarm"] as const satisfies Exclude<Outcome["kind"], "done">[];

export type Trouble = (typeof troubles)[number];

/** One way through the machine, with at most one step in trouble. */
export interface Path {
  /** `released`, or which step is in which trouble. */
  readonly name: string;
  readonly trouble?: { readonly step: string; readonly outcome: Trouble };
  /** The names of the steps, without the end. */
  readonly steps: readonly string[];
  readonly end: Extract<Step, { kind: "ended" }>["status"];
}

/**
 * Every way on which a release goes through, or is ended by trouble in one of its steps; all of them from the machine.
 * Troubles of a step that lead to the same steps and the same end are one: an alarm is as good as a person's stop.
 */
export function paths(rules: LifecycleRules): Path[] {
  const released = follow("released", rules);
  const ways = new Map([[keyOf(released), released]]);
  for (const step of released.steps) {
    for (const outcome of troubles) {
      const way = follow(`${step} ${outcome}`, rules, { step, outcome });
      const key = keyOf(way);
      if (!ways.has(key)) ways.set(key, way);
    }
  }
  return [...ways.values()];
}

function keyOf({ steps, end }: Path): string {
  return [...steps, end].join(" ");
}

function follow(name: string, rules: LifecycleRules, trouble?: Path["trouble"]): Path {
  const steps: string[] = [];
  let step = firstStep;
  while (!isEnd(step)) {
    const current = nameOf(step);
    steps.push(current);
    const outcome: Outcome = trouble?.step === current ? { kind: trouble.outcome, reason: name } : { kind: "done" };
    step = nextStep(step, outcome, rules);
  }
  return { name, ...(trouble ? { trouble } : {}), steps, end: step.status };
}
