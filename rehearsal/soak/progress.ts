import { createLogUpdate } from "log-update";
import { type DisplayMode, displayMode, type Output } from "../terminal/display";
import { awsTime } from "../terminal/lines";
import { fit, painted, plainText, type Segment } from "../terminal/segments";
import { count } from "../traffic/report";
import type { SoakOptions } from "./options";

type Sending = Pick<SoakOptions, "requests" | "ratePerSecond">;

/** How far a soak is. */
export interface SoakState {
  readonly strategy: string;
  /** How much of all that is to be done, from 0 to 1. */
  readonly done: number;
  /** By all strategies so far. */
  readonly sent: number;
  readonly lost: number;
}

const barWidth = 20;
/** A terminal that cannot redraw gets a line after each such part. */
const parts = 20;

/** Shows how far a soak is: on a terminal in a line that is redrawn, else in a line now and then. */
export class SoakProgress {
  private readonly region: ReturnType<typeof createLogUpdate>;
  private told = 0;

  constructor(
    private readonly options: Sending,
    private readonly output: Output,
    private readonly mode: DisplayMode = displayMode(false, output),
  ) {
    this.region = createLogUpdate(output, { showCursor: true });
  }

  show(state: SoakState): void {
    const line = progressLine(state, this.options);
    if (this.mode === "live") {
      // One less than there are: a full line makes some terminals begin another.
      this.region(painted(fit(line, (this.output.columns ?? 80) - 1), this.output));
      return;
    }
    const part = Math.floor(parts * state.done);
    if (part <= this.told) return;
    this.told = part;
    this.output.write(`${plainText(line)}\n`);
  }

  /** A line that stays. */
  tell(line: string): void {
    if (this.mode === "live") this.region.clear();
    this.output.write(`${line}\n`);
  }
}

/** `━━━━────  20 %  CodeDeploy, canary: 200,000 requests, 0 lost, at least 11:06 left` */
export function progressLine({ strategy, done, sent, lost }: SoakState, options: Sending): Segment[] {
  const { requests, ratePerSecond } = options;
  const filled = Math.round(done * barWidth);
  // A strategy goes on to the end of its releases, however many requests that takes.
  const left = awsTime(((1 - done) * requests * 1000) / ratePerSecond);
  return [
    ["━".repeat(filled), "cyan"],
    ["─".repeat(barWidth - filled), "dim"],
    [`  ${String(Math.floor(done * 100)).padStart(3)} %  `],
    [strategy, "bold"],
    [`: ${count(sent)} requests, `],
    [`${count(lost)} lost`, lost > 0 ? "red" : "green"],
    [`, at least ${left} left`, "dim"],
  ];
}
