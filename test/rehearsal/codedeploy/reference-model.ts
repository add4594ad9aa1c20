import { onBlue, type Sides } from "../blue-green/model-sides";

/**
 * What a CodeDeploy deployment must come to, written from the facts about AWS and not from the code: the order of events,
 * who must agree, what is undone. A table and a loop, where the code has a state machine.
 */

/** What happens in a step. */
export type Happening =
  | "goes well"
  /** Its hook says Failed, AWS refuses it, or green does not come up. */
  | "fails"
  /** Its hook gives no verdict, green is not healthy in time, or nobody continues. */
  | "takes too long"
  | "a person stops it"
  | "an alarm fires"
  /** AWS refuses that part of the way back. */
  | `${"production" | "test" | "primary" | "the end"} is refused`;

export interface Circumstances {
  /** STOP_DEPLOYMENT: a person must continue. */
  readonly approval: boolean;
  /** The deployment group's automatic rollback: DEPLOYMENT_FAILURE, _STOP_ON_REQUEST, _STOP_ON_ALARM. */
  readonly rollsBackOn: { readonly failure: boolean; readonly stop: boolean; readonly alarm: boolean };
  /** By step; what is not here goes well. */
  readonly happenings: Readonly<Record<string, Happening>>;
}

/** What is there at the end. */
export interface World extends Sides {
  readonly status: "Succeeded" | "Failed" | "Stopped";
  /** The steps that were begun, in order. */
  readonly begun: readonly string[];
}

type Change = Partial<Sides>;

interface Row {
  readonly step: string;
  /** What the step changes when it begins, and stays changed if it comes to nothing. */
  readonly atOnce?: Change;
  readonly whenDone?: Change;
}

const table: readonly Row[] = [
  { step: "BeforeInstall" },
  { step: "Install", atOnce: { greenRuns: true } },
  { step: "AfterInstall" },
  { step: "AllowTestTraffic", whenDone: { test: "green" } },
  { step: "AfterAllowTestTraffic" },
  { step: "approval" },
  { step: "BeforeAllowTraffic" },
  // A tenth goes first; what AWS then refuses is the rest.
  { step: "AllowTraffic", atOnce: { greenPercent: 10 }, whenDone: { greenPercent: 100, primary: "green" } },
  { step: "AfterAllowTraffic" },
  { step: "terminationWait" },
  { step: "terminateBlue", whenDone: { blueRuns: false } },
];

/** The way back in its order, and what stands in its way. */
const wayBack: readonly (readonly [refused: Happening, done: Change])[] = [
  ["production is refused", { greenPercent: 0 }],
  ["test is refused", { test: "blue" }],
  ["primary is refused", { primary: "blue" }],
  ["the end is refused", { greenRuns: false }],
];

/** All that can be undone: nothing while production is on green, and no task set ends that is the primary one. */
function undone(sides: Sides, happening: Happening): Sides {
  if (happening === "production is refused") return sides;
  let back = sides;
  for (const [refused, done] of wayBack)
    if (happening !== refused && !(done.greenRuns === false && back.primary === "green")) back = { ...back, ...done };
  return back;
}

export function expectedWorld({ approval, rollsBackOn, happenings }: Circumstances): World {
  const begun: string[] = [];
  let world = onBlue;
  for (const { step, atOnce, whenDone } of table) {
    if (step === "approval" && !approval) continue;
    begun.push(step);
    const happening = happenings[step] ?? "goes well";
    const interrupted = happening === "a person stops it" || happening === "an alarm fires";
    // Nothing can stop the end of blue half way.
    const performed = !interrupted || step === "terminateBlue";
    const done = happening === "goes well" || (interrupted && performed);
    if (performed) world = { ...world, ...atOnce, ...(done ? whenDone : {}) };
    if (happening === "goes well" || step === "terminateBlue") continue;
    const stopped = interrupted || step === "approval";
    const goesBack =
      happening === "an alarm fires" ? rollsBackOn.alarm : stopped ? rollsBackOn.stop : rollsBackOn.failure;
    // Before Install there is nothing to undo.
    const back = goesBack && step !== "BeforeInstall";
    return {
      ...(back ? undone(world, happenings.rollback ?? "goes well") : world),
      status: stopped ? "Stopped" : "Failed",
      begun: back ? [...begun, "rollback"] : begun,
    };
  }
  return { ...world, status: "Succeeded", begun };
}
