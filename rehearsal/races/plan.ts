import type { ExecutionMode } from "../codepipeline/stage-gate";
import { randomOf } from "./random";

/** What happens in a round beside its pushes. */
export type Act = { readonly kind: "scale"; readonly desiredCount: number } | { readonly kind: "stop" | "pulumi up" };

/**
 * So many events after the round's beginning, those of builds and of clients not counted, and then so many real milliseconds
 * later. Events, since those of a slow machine come later as well: so the order of things is the seed's.
 */
export interface Moment {
  readonly events: number;
  readonly thenMs: number;
}

/** A round, as its seed has it. */
export interface Plan {
  /** The pipeline's; two seeds in a row have one of each. */
  readonly mode: ExecutionMode;
  /** The first one is the round's beginning. */
  readonly pushes: readonly Moment[];
  readonly acts: readonly { readonly act: Act; readonly moment: Moment }[];
}

export const mostTasks = 3;
/** About as many as there are from a push to the end of its release. */
const eventsOfRelease = 80;
/** Longer than most of a release's waits, so that things also happen while nothing else does. */
const mostThenMs = 200;

export function modeOf(seed: number): ExecutionMode {
  return seed % 2 === 0 ? "QUEUED" : "SUPERSEDED";
}

/** Pushes, two changes of the count, a stop by a person and a `pulumi up`, at any moments. */
export function planOf(seed: number): Plan {
  const random = randomOf(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const within = (events: number): Moment => ({ events: below(events), thenMs: below(mostThenMs) });
  const scale = (): Act => ({ kind: "scale", desiredCount: 1 + below(mostTasks) });
  const mode = modeOf(seed);
  // A run supersedes one that waits; of two, the first does not wait.
  const further = Array.from({ length: mode === "QUEUED" ? 1 : 2 }, () => within(eventsOfRelease / 2));
  const acts: readonly Act[] = [scale(), scale(), { kind: "stop" }, { kind: "pulumi up" }];
  return {
    mode,
    pushes: [{ events: 0, thenMs: 0 }, ...further],
    acts: acts.map((act) => ({ act, moment: within(2 * eventsOfRelease) })),
  };
}

/** For people: what happens, and after how many events. */
export function describePlan({ mode, pushes, acts }: Plan): string {
  const all = [
    ...pushes.map((moment) => ({ text: "push", moment })),
    ...acts.map(({ act, moment }) => ({
      text: act.kind === "scale" ? `scale to ${act.desiredCount}` : act.kind,
      moment,
    })),
  ];
  const inOrder = all.sort(({ moment: one }, { moment: other }) => one.events - other.events);
  return `${mode}: ${inOrder.map(({ text, moment }) => `${moment.events} ${text}`).join(", ")}`;
}
