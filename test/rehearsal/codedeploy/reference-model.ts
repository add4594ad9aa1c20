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
  | "an alarm fires";

export interface Circumstances {
  /** STOP_DEPLOYMENT: a person must continue. */
  readonly approval: boolean;
  /** The deployment group's automatic rollback: DEPLOYMENT_FAILURE, _STOP_ON_REQUEST, _STOP_ON_ALARM. */
  readonly rollsBackOn: { readonly failure: boolean; readonly stop: boolean; readonly alarm: boolean };
  /** By step; what is not here goes well. */
  readonly happenings: Readonly<Record<string, Happening>>;
}

/** What is there at the end. */
export interface World {
  readonly status: "Succeeded" | "Failed" | "Stopped";
  /** Green's share of production, in percent. */
  readonly greenPercent: number;
  readonly test: "blue" | "green";
  readonly primary: "blue" | "green";
  readonly blueRuns: boolean;
  readonly greenRuns: boolean;
  /** The steps that were begun, in order. */
  readonly begun: readonly string[];
}

type Change = Partial<Omit<World, "status" | "begun">>;

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

const before: Omit<World, "status" | "begun"> = {
  greenPercent: 0,
  test: "blue",
  primary: "blue",
  blueRuns: true,
  greenRuns: false,
};

export function expectedWorld({ approval, rollsBackOn, happenings }: Circumstances): World {
  const begun: string[] = [];
  let world = before;
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
    const undone =
      happening === "an alarm fires" ? rollsBackOn.alarm : stopped ? rollsBackOn.stop : rollsBackOn.failure;
    // Before Install there is nothing to undo.
    const back = undone && step !== "BeforeInstall";
    return {
      ...(back ? before : world),
      status: stopped ? "Stopped" : "Failed",
      begun: back ? [...begun, "rollback"] : begun,
    };
  }
  return { ...world, status: "Succeeded", begun };
}
