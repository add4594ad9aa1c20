import type { Machine } from "../controller/run-journalled";

/** What a controller may ask of ECS and the load balancer in vain. */
export type Refusable = "sendProduction" | "sendTest" | "makePrimary" | "deleteTaskSet";

/** What brings trouble about: green's image, the hooks of the step, somebody, or ECS and the load balancer, who refuse something. */
export type By = "image" | "hook" | { readonly interrupt: string } | { readonly refuse: Refusable };

/** What may come of a step, other than its being done. */
export interface Trouble<Outcome> {
  readonly outcome: Outcome;
  readonly by: By;
}

/** A controller's machine, and what may come of its steps. */
export interface TroubledMachine<Step, Outcome> extends Machine<Step, Outcome> {
  readonly done: Outcome;
  /** By name; of those that lead to the same steps and the same end, the first counts. */
  troubles(step: Step): Readonly<Record<string, Trouble<Outcome>>>;
  endOf(step: Step): { readonly status: string; readonly reason?: string };
}

/** The trouble of one of a path's steps. */
export interface StepInTrouble {
  /** Among the path's steps. */
  readonly index: number;
  readonly step: string;
  readonly outcome: string;
  readonly by: By;
}

/** One way through a machine. */
export interface Path {
  /** `released`, or which steps are in which trouble. */
  readonly name: string;
  readonly troubles: readonly StepInTrouble[];
  /** The names of the steps, without the end. */
  readonly steps: readonly string[];
  /** The end's status. */
  readonly end: string;
}

interface Way<Step> extends Path {
  readonly taken: readonly Step[];
  /** The end's status and reason. */
  readonly told: string;
}

/**
 * Every way on which a release goes through, or one of its steps comes to trouble, or a step of the way back does too; all of
 * them from the machine. Troubles of a step that lead to the same steps and the same end are one: an alarm is as good as a
 * person's stop. So are the steps from which a way back comes to the same trouble: the last one counts, after which there is
 * most to undo.
 */
export function paths<Step, Outcome>(machine: TroubledMachine<Step, Outcome>): Path[] {
  const released = follow(machine, []);
  const inTrouble = distinct([released, ...branches(machine, released)], ({ steps, told }) => [...steps, told]);
  const back = inTrouble.slice(1).reverse();
  const failed = back.flatMap((way) => branches(machine, way).filter((branch) => sequel(branch) !== sequel(way)));
  return [...inTrouble, ...distinct(failed, (way) => [sequel(way)])];
}

/** The way, and one step more in trouble. */
function branches<Step, Outcome>(machine: TroubledMachine<Step, Outcome>, way: Way<Step>): Way<Step>[] {
  const after = (way.troubles.at(-1)?.index ?? -1) + 1;
  return way.taken.slice(after).flatMap((step, offset) => {
    const index = after + offset;
    return Object.entries(machine.troubles(step)).map(([outcome, { by }]) =>
      follow(machine, [...way.troubles, { index, step: nameAt(way.steps, index), outcome, by }]),
    );
  });
}

function follow<Step, Outcome>(machine: TroubledMachine<Step, Outcome>, troubles: readonly StepInTrouble[]): Way<Step> {
  const taken: Step[] = [];
  let step = machine.first;
  while (!machine.isEnd(step)) {
    const trouble = troubles.find(({ index }) => index === taken.length);
    taken.push(step);
    step = machine.next(step, trouble ? machine.troubles(step)[trouble.outcome]!.outcome : machine.done);
  }
  const { status, reason = "" } = machine.endOf(step);
  const name = troubles.map((trouble) => `${trouble.step} ${trouble.outcome}`).join(", ") || "released";
  return {
    name,
    troubles,
    steps: taken.map((one) => machine.nameOf(one)),
    end: status,
    taken,
    told: `${status} ${reason}`,
  };
}

/** What follows the first trouble. */
function sequel({ troubles, steps, told }: Way<unknown>): string {
  return [...steps.slice(troubles[0]!.index + 1), told].join(" ");
}

/** The step's name, and which one of that name it is. */
function nameAt(steps: readonly string[], index: number): string {
  const name = steps[index]!;
  const before = steps.slice(0, index).filter((one) => one === name).length;
  return before === 0 ? name : `${name} ${before + 1}`;
}

/** The first one of each key. */
function distinct<T>(all: readonly T[], key: (one: T) => readonly string[]): T[] {
  const first = new Map<string, T>();
  for (const one of all) if (!first.has(key(one).join(" "))) first.set(key(one).join(" "), one);
  return [...first.values()];
}
