import { truncateSync, statSync } from "node:fs";
import type { Call } from "../controller/channel";
import type { KilledPath, Release } from "./killed-controller";

/** Where the controller dies, seen from one of its operations. */
export type Moment =
  /** Asked for, and not done. */
  | "before"
  /** Under way; of a wait, half of it. */
  | "during"
  /** Done, and the controller does not know it yet. */
  | "after"
  /** Before, and the step's outcome is only half written to the journal. */
  | "torn";

export interface Point {
  readonly killed: KilledPath;
  /** The machine's step, or `end`. */
  readonly step: string;
  readonly operation: string;
  readonly moment: Moment;
  /** How many operations came before this one. */
  readonly index: number;
  /** How long after the operation was asked for the controller dies, in real milliseconds; for `during`. */
  readonly delayMs: number;
}

interface SeenCall {
  readonly operation: string;
  /** Index of the step in the path. */
  readonly stepIndex: number;
  readonly tellsOutcome: boolean;
  /** Real milliseconds, of a wait. */
  readonly waitMs: number;
  /** Whether it was answered at once. */
  answered: boolean;
  slow: boolean;
}

/** The input of what the engine asks for. */
interface TellOrShow {
  readonly token?: string;
  readonly expectedAwsMs?: number;
  readonly detail?: { readonly step?: unknown };
}

/** Keeps what the controller of a release that nobody kills asks for, and makes points of it. */
export class Script {
  /** The names of the steps that were begun. */
  readonly steps: string[] = [];
  private readonly calls: SeenCall[] = [];

  constructor(
    { controller }: Release,
    private readonly killed: KilledPath,
    scale: number,
  ) {
    const seen = new Map<Call, SeenCall>();
    controller.on("call", (call) => {
      const { token = "", expectedAwsMs = 0, detail } = (call.input ?? {}) as TellOrShow;
      const [index, phase] = token.split(" ");
      if (phase === "began") this.steps.push(String(detail?.step));
      const stepIndex = phase === "began" ? Number(index) : token === "ended" ? this.steps.length : this.stepIndex;
      const one = {
        operation: call.operation === "tell" ? `tell ${phase ?? token}` : call.operation,
        stepIndex,
        tellsOutcome: phase === "came",
        waitMs: expectedAwsMs / scale,
        answered: false,
        slow: false,
      };
      this.calls.push(one);
      seen.set(call, one);
      setImmediate(() => (one.slow = !one.answered));
    });
    controller.on("done", (call) => (seen.get(call)!.answered = true));
  }

  points(): Point[] {
    const { killed, steps } = this;
    return this.calls.flatMap(({ operation, stepIndex, tellsOutcome, waitMs, slow }, index): Point[] => {
      if (stepIndex < killed.from || stepIndex >= killed.until) return [];
      const step = steps[stepIndex] ?? (stepIndex < 0 ? "beginning" : "end");
      const moments: Moment[] = ["before"];
      if (tellsOutcome) moments.push("torn");
      if (slow || waitMs > 0) moments.push("during");
      moments.push("after");
      return moments.map((moment) => ({ killed, step, operation, moment, index, delayMs: waitMs / 2 }));
    });
  }

  private get stepIndex(): number {
    return this.calls.at(-1)?.stepIndex ?? -1;
  }
}

/** Kills the deployment's controller once, at this point. */
export function killAt({ controller }: Release, { index, moment, delayMs }: Point): void {
  let seen = 0;
  controller.on("call", (call) => {
    if (seen++ !== index) return;
    if (moment === "before" || moment === "torn") controller.kill();
    if (moment === "torn") cutLastLine(controller.journalFile);
    if (moment === "during") setTimeout(() => controller.kill(), delayMs);
    if (moment === "after") controller.on("done", (done) => done === call && controller.kill());
  });
}

function cutLastLine(file: string): void {
  truncateSync(file, statSync(file).size - 5);
}
