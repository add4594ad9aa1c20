import type { Remote } from "./channel";
import type { Interruption } from "./interruption";
import type { Entry, Journal } from "./journal";
import type { Announcer, Announcement } from "./announcer";
import { Work } from "./work";

/** A process that has states: pure, so that the same outcomes always lead to the same steps. */
export interface Machine<Step, Outcome> {
  readonly first: Step;
  next(step: Step, outcome: Outcome): Step;
  /** Whether nothing follows this step. */
  isEnd(step: Step): boolean;
  nameOf(step: Step): string;
}

/** A machine, and what its steps do. */
export interface Controller<Step, Outcome> {
  readonly machine: Machine<Step, Outcome>;
  /**
   * Does the step. It may have been begun before, by a process that died at any point in it: whatever it does is either
   * harmless when repeated, or goes through `work.once`. Never rejects for what is an outcome.
   */
  perform(step: Step, work: Work): Promise<Outcome>;
  /** Told before the first step. */
  readonly created: Announcement;
  began(step: Step): Announcement;
  came(step: Step, outcome: Outcome): Announcement;
  ended(step: Step): Announcement;
}

interface PastStep {
  readonly done: ReadonlyMap<string, unknown>;
  readonly outcome?: { readonly outcome: unknown };
}

/**
 * Runs a controller to its end, from wherever its journal says that it was. Steps with an outcome are told again and not
 * performed; the one that was under way is performed again.
 *
 * @param scale AWS milliseconds per real millisecond
 * @returns the last step
 */
export async function runJournalled<Step, Outcome>(
  controller: Controller<Step, Outcome>,
  journal: Pick<Journal, "entries" | "append">,
  announcer: Remote<Announcer>,
  interruption: Interruption,
  scale: number,
): Promise<Step> {
  const { machine } = controller;
  const past = pastSteps(journal.entries);
  let step = machine.first;
  await announcer.tell({ ...controller.created, token: "created" });
  for (let index = 0; !machine.isEnd(step); index++) {
    const before = past[index];
    if (!before) journal.append({ begun: machine.nameOf(step) });
    await announcer.tell({ ...controller.began(step), token: `${index} began` });
    const work = new Work({ journal, announcer, interruption, scale, index, done: before?.done ?? new Map() });
    const outcome = before?.outcome
      ? (before.outcome.outcome as Outcome)
      : await performed(journal, () => controller.perform(step, work));
    await announcer.tell({ ...controller.came(step, outcome), token: `${index} came` });
    step = machine.next(step, outcome);
  }
  await announcer.tell({ ...controller.ended(step), token: "ended" });
  return step;
}

async function performed<Outcome>(journal: Pick<Journal, "append">, perform: () => Promise<Outcome>): Promise<Outcome> {
  const outcome = await perform();
  journal.append({ outcome });
  return outcome;
}

/** The journal's lines, a step at a time. */
function pastSteps(entries: readonly Entry[]): PastStep[] {
  const steps: { done: Map<string, unknown>; outcome?: { outcome: unknown } }[] = [];
  for (const entry of entries) {
    if ("begun" in entry) steps.push({ done: new Map() });
    const step = steps.at(-1);
    if ("done" in entry) step!.done.set(entry.done, entry.result);
    if ("outcome" in entry) step!.outcome = entry;
  }
  return steps;
}
