import type { Source, TimelineEvent } from "../events";
import { oneLine, plainText, type Segment, type Style } from "./segments";

const sourceStyles: Readonly<Record<Source, Style>> = {
  git: "yellow",
  codepipeline: "magenta",
  codebuild: "magenta",
  codedeploy: "blue",
  ecs: "cyan",
  elb: "cyan",
  lambda: "yellow",
  s3: "cyan",
  cloudwatch: "yellow",
  traffic: "green",
  rehearsal: "bold",
};

const sourceWidth = Math.max(...Object.keys(sourceStyles).map((source) => source.length));

/** What a program printed, rather than something that happened. */
const outputTypes = new Set(["output", "log", "task.log"]);

/** `AWS 05:12    5.2s  codedeploy    AfterAllowTestTraffic succeeded` */
export function eventLine(event: TimelineEvent): Segment[] {
  const text = oneLine(event.text);
  const source: Segment = [event.source.padEnd(sourceWidth), sourceStyles[event.source]];
  const what: Segment = outputTypes.has(event.type) ? [`  │ ${text}`, "dim"] : [text, styleOf(event.type)];
  return [times(event.awsMs, event.elapsedMs), source, ["  "], what];
}

/** Where the text of a line begins. */
export const textColumn = plainText([times(0, 0)]).length + sourceWidth + 2;

/** What the columns are. */
export function columnHeads(): Segment[] {
  const heads = `${"AWS time".padEnd(9)}  ${"here".padStart(6)}  ${"from".padEnd(sourceWidth)}  what happened`;
  return [[heads, "dim"]];
}

/** A line in the same columns that no one says: a step goes on. */
export function progressLine(awsMs: number, elapsedMs: number, text: string): Segment[] {
  return [times(awsMs, elapsedMs), ["…".padEnd(sourceWidth)], ["  "], [oneLine(text)]];
}

/** AWS time as on a clock: `05:12`, `1:05:12`. */
export function awsTime(awsMs: number): string {
  const seconds = Math.floor(awsMs / 1000);
  const two = (number: number): string => String(number).padStart(2, "0");
  const minutesAndSeconds = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? minutesAndSeconds : `${Math.floor(seconds / 3600)}:${minutesAndSeconds}`;
}

/** Real time: `5.2s`. */
export function realTime(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)}s`;
}

function times(awsMs: number, elapsedMs: number): Segment {
  return [`AWS ${awsTime(awsMs)}  ${realTime(elapsedMs).padStart(6)}  `, "dim"];
}

function styleOf(type: string): Style | undefined {
  if (/\b(failed|refused|unhealthy|error)$/i.test(type)) return "red";
  if (/\b(succeeded|healthy|released)$/i.test(type)) return "green";
  return undefined;
}
