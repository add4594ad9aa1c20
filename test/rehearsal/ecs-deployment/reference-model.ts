import { onBlue, type Sides } from "../blue-green/model-sides";

/**
 * What a service deployment of ECS's own must come to, written from the facts about AWS and not from the code: the stages in
 * their order, whose hooks run when, what goes back and what stays. A table and a loop, where the code has a state machine.
 */

/** What happens in a step. */
export type Happening =
  | "goes well"
  /** It returns FAILED, or something else that is not SUCCEEDED. */
  | "its hook fails"
  /** Longer than the 24 hours of a stage. */
  | "takes too long"
  /** As many as the circuit breaker allows. */
  | "its tasks fail"
  /** AWS refuses what the stage does. */
  | "is refused"
  | "a person stops it"
  | "an alarm fires"
  | "a newer deployment comes";

export interface Circumstances {
  /** An earlier deployment was stopped half way: its task set is there, with production and test traffic on it. */
  readonly leftOver: boolean;
  /** Whether these roll back. */
  readonly rollsBackOn: { readonly circuitBreaker: boolean; readonly alarm: boolean };
  /** By step; what is not here goes well. The second step of a name has a 2 after it. */
  readonly happenings: Readonly<Record<string, Happening>>;
}

/** What is there at the end. */
export interface World extends Sides {
  readonly status: "SUCCESSFUL" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED" | "STOPPED";
  /** Whether green starts tasks in place of those that fail. */
  readonly launches: boolean;
  /** The steps that were begun, in order. */
  readonly begun: readonly string[];
  /** The stages whose hooks ran, in order; those of the two shifts run again on the way back. */
  readonly hooks: readonly string[];
}

interface Row {
  readonly stage: string;
  /** What the stage changes before its hooks run. */
  readonly change?: Partial<Sides>;
  readonly hooks?: true;
}

export const before: Sides = onBlue;
/** An earlier green has all traffic, and never became the primary revision. */
export const leftOver: Sides = { ...onBlue, greenPercent: 100, test: "green", greenRuns: true };

const table: readonly Row[] = [
  { stage: "pending" },
  { stage: "RECONCILE_SERVICE", change: { greenPercent: 0, test: "blue", greenRuns: false }, hooks: true },
  { stage: "PRE_SCALE_UP", hooks: true },
  { stage: "SCALE_UP", change: { greenRuns: true } },
  { stage: "POST_SCALE_UP", hooks: true },
  { stage: "TEST_TRAFFIC_SHIFT", change: { test: "green" }, hooks: true },
  { stage: "POST_TEST_TRAFFIC_SHIFT", hooks: true },
  { stage: "PRE_PRODUCTION_TRAFFIC_SHIFT", hooks: true },
  { stage: "PRODUCTION_TRAFFIC_SHIFT", change: { greenPercent: 10 }, hooks: true },
  { stage: "PRE_PRODUCTION_TRAFFIC_SHIFT", hooks: true },
  { stage: "PRODUCTION_TRAFFIC_SHIFT", change: { greenPercent: 100 }, hooks: true },
  { stage: "POST_PRODUCTION_TRAFFIC_SHIFT", hooks: true },
  { stage: "BAKE_TIME" },
];

/** Production first. */
const wayBack: readonly Row[] = [
  { stage: "PRODUCTION_TRAFFIC_SHIFT", change: { greenPercent: 0 }, hooks: true },
  { stage: "TEST_TRAFFIC_SHIFT", change: { test: "blue" }, hooks: true },
  { stage: "CLEAN_UP", change: { greenRuns: false } },
];

export function expectedWorld({ leftOver: isLeft, rollsBackOn, happenings }: Circumstances): World {
  const begun: string[] = [];
  const hooks: string[] = [];
  let sides = isLeft ? leftOver : before;

  /** Begins a step, and does what it does unless that is refused or somebody wishes the end. */
  const perform = ({ stage, change = {}, hooks: has }: Row, name: string, canBeStopped: boolean): Happening => {
    const count = begun.push(name) && begun.filter((one) => one === name).length;
    const happening = happenings[count === 1 ? name : `${name} ${count}`] ?? "goes well";
    const isWish = ["a person stops it", "an alarm fires", "a newer deployment comes"].includes(happening);
    if (isWish && canBeStopped) return happening;
    if (happening === "is refused") return happening;
    sides = { ...sides, ...change };
    if (has) hooks.push(stage);
    return isWish ? "goes well" : happening;
  };
  const world = (status: World["status"], launches = true): World => ({ ...sides, status, launches, begun, hooks });

  for (const row of table) {
    if (row.stage === "RECONCILE_SERVICE" && !isLeft) continue;
    const happening = perform(row, row.stage, true);
    if (happening === "goes well") continue;
    const stays =
      happening === "a newer deployment comes" ||
      (happening === "its tasks fail" && !rollsBackOn.circuitBreaker) ||
      (happening === "an alarm fires" && !rollsBackOn.alarm);
    if (stays) {
      begun.push("stop");
      // What is stopped launches nothing more.
      return world("STOPPED", !sides.greenRuns);
    }
    let whole = true;
    for (const back of wayBack) {
      const came = perform(back, `rollback ${back.stage}`, false);
      whole &&= came === "goes well";
      // Green has to stay where production does.
      if (came === "is refused" && back.stage === "PRODUCTION_TRAFFIC_SHIFT") break;
    }
    return world(whole ? "ROLLBACK_SUCCESSFUL" : "ROLLBACK_FAILED");
  }
  begun.push("CLEAN_UP");
  // There is nothing to go back to, whatever comes of the end of blue.
  sides = { ...sides, primary: "green", blueRuns: happenings.CLEAN_UP === "is refused" };
  return world("SUCCESSFUL");
}
