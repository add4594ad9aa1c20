import type { Clock } from "../clock";
import type { Progress } from "../events";
import { awsTime, progressLine, realTime } from "./lines";
import { fit, oneLine, plainText, type Segment } from "./segments";

/** Steps that take less than this, in real time, are over before anyone wonders. */
const longStepMs = 2_000;
const barWidth = 20;
const spinner = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];

/** How much of the step is behind us, from 0 to 1; undefined where nobody knows. */
export function fractionOf(step: Progress, awsMs: number): number | undefined {
  if (!step.expectedAwsMs) return undefined;
  return Math.min(1, Math.max(0, (awsMs - step.startedAwsMs) / step.expectedAwsMs));
}

/** Lines for a terminal that cannot redraw: a long step's beginning and each quarter of it, once each. */
export class ProgressLines {
  private readonly told = new Map<number, number>();

  constructor(private readonly clock: Clock) {}

  /** The lines that have become due since the last call. */
  due(underWay: readonly Progress[]): string[] {
    for (const id of this.told.keys()) {
      if (!underWay.some((step) => step.id === id)) this.told.delete(id);
    }
    return underWay.flatMap((step) => this.lineOf(step) ?? []);
  }

  private lineOf(step: Progress): string | undefined {
    const { awsMs, elapsedMs, scale } = this.clock;
    const fraction = fractionOf(step, awsMs);
    const longMs = step.expectedAwsMs ?? awsMs - step.startedAwsMs;
    if (longMs / scale < longStepMs) return undefined;
    const quarter = Math.floor((fraction ?? 0) * 4);
    if (quarter <= (this.told.get(step.id) ?? -1) || quarter === 4) return undefined;
    this.told.set(step.id, quarter);
    return plainText(progressLine(awsMs, elapsedMs, describe(step, fraction, quarter)));
  }
}

function describe({ text, expectedAwsMs }: Progress, fraction: number | undefined, quarter: number): string {
  if (fraction === undefined || expectedAwsMs === undefined) return `${text} (still under way)`;
  if (quarter === 0) return `${text} (${awsTime(expectedAwsMs)} of AWS time)`;
  return `${text}: ${quarter * 25} %, ${awsTime(expectedAwsMs * (1 - fraction))} left`;
}

export interface RegionState {
  readonly underWay: readonly Progress[];
  /** Free text below the steps. */
  readonly status: string;
  /** Counts the drawings; turns the spinner. */
  readonly frame: number;
  readonly columns: number;
  readonly rows: number;
}

/** The part of a terminal that is redrawn: a line for each step under way, and the status. */
export function regionLines(state: RegionState, clock: Clock): Segment[][] {
  const { underWay, status, frame, columns, rows } = state;
  // The rest of the screen belongs to what has happened.
  const mostLines = Math.max(1, Math.floor(rows / 2));
  const lines = underWay.map((step) => stepLine(step, frame, columns, clock));
  if (status !== "") lines.push([["  "], [oneLine(status)]]);
  // The newest steps, which are the last ones, tell most.
  return lines.slice(-mostLines).map((line) => fit(line, columns));
}

function stepLine(step: Progress, frame: number, columns: number, clock: Clock): Segment[] {
  const { awsMs, scale } = clock;
  const fraction = fractionOf(step, awsMs);
  const turn: Segment = [`${spinner[frame % spinner.length]} `, "cyan"];
  const gone = awsMs - step.startedAwsMs;
  if (fraction === undefined) return [turn, [oneLine(step.text)], [`  ${realTime(gone / scale)}`, "dim"]];

  const left = `  ${awsTime(Math.max(0, step.expectedAwsMs! - gone))} left`;
  const text = textColumn(step.text, columns - 2 - barWidth - left.length - 2);
  const done = Math.round(fraction * barWidth);
  return [turn, [text], ["  "], ["━".repeat(done), "cyan"], ["─".repeat(barWidth - done), "dim"], [left, "dim"]];
}

/** Texts of one width, so that bars stand below each other; at most 50 characters. */
function textColumn(text: string, room: number): string {
  const width = Math.max(10, Math.min(50, room));
  return plainText(fit([[oneLine(text)]], width)).padEnd(width);
}
