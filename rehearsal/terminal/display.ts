import { createLogUpdate } from "log-update";
import type { Timeline, TimelineEvent } from "../events";
import { AppLog } from "./app-log";
import { columnHeads, eventLine, textColumn } from "./lines";
import { ProgressLines, regionLines } from "./progress";
import { fit, painted, plainText, type Segment } from "./segments";
import { pipeColumns, wrap } from "./wrap";

/**
 * - `live`: lines that scroll, coloured, and below them a region that shows what is under way
 * - `plain`: lines only
 * - `json`: each event as one line of JSON, and nothing else
 */
export type DisplayMode = "live" | "plain" | "json";

/** Where to show it; `columns` and `rows` are there if it is a terminal. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

export interface Display {
  /** What stands below the steps under way in `live` mode: the traffic's counts. */
  setStatus(text: string): void;
  /** Shows a text of several lines; not in `json` mode. */
  print(text: string): void;
  /** Shows nothing more and leaves the terminal as it was. */
  stop(): void;
}

const redrawMs = 100;
const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";

/** The mode that suits `stdout`: a person's terminal is live, a file, a pipe or CI gets plain lines. */
export function displayMode(json: boolean, stdout: Output, env: NodeJS.ProcessEnv = process.env): DisplayMode {
  if (json) return "json";
  const isCi = env.CI !== undefined && env.CI !== "" && env.CI !== "false";
  // A terminal that does not know its width (0) cannot be redrawn.
  return stdout.isTTY && stdout.columns && !isCi && env.TERM !== "dumb" ? "live" : "plain";
}

export interface DisplayOptions {
  readonly mode: DisplayMode;
  readonly stdout: Output;
  /** Lines of each task's log that are shown; JSON has them all. @default 10 */
  readonly appLogLines?: number | undefined;
}

const defaultAppLogLines = 10;

/** Shows the events of `timeline` from now on. */
export function showTimeline(timeline: Timeline, options: DisplayOptions): Display {
  const { mode, stdout, appLogLines = defaultAppLogLines } = options;
  if (mode === "json") return showJson(timeline, stdout);
  const lines = new ShownLines(timeline, new AppLog(appLogLines));
  return mode === "live" ? showLive(timeline, stdout, lines) : showPlain(timeline, stdout, lines);
}

/** The events as they are shown: the first after the heads of the columns. */
class ShownLines {
  private last: TimelineEvent | undefined;

  constructor(
    private readonly timeline: Timeline,
    private readonly log: AppLog,
  ) {}

  /** Calls `show` for each line; the returned function ends that. */
  on(show: (line: readonly Segment[], isHeading: boolean) => void): () => void {
    const ignore = this.timeline.on((event) => {
      if (!this.last) show(columnHeads(), true);
      this.last = event;
      for (const shown of this.log.shown(event)) show(eventLine(shown), false);
    });
    return () => {
      ignore();
      for (const shown of this.log.rest(this.last)) show(eventLine(shown), false);
    };
  }
}

function showJson(timeline: Timeline, stdout: Output): Display {
  const stop = timeline.on((event) => stdout.write(`${JSON.stringify(event)}\n`));
  return { setStatus: () => {}, print: () => {}, stop };
}

function showPlain(timeline: Timeline, stdout: Output, lines: ShownLines): Display {
  const progress = new ProgressLines(timeline.clock);
  const tellProgress = (): void => progress.due(timeline.underWay).forEach((line) => stdout.write(`${line}\n`));
  const timer = setInterval(tellProgress, redrawMs).unref();
  const ignore = lines.on((line) => stdout.write(`${wrap(plainText(line), pipeColumns, textColumn).join("\n")}\n`));
  return {
    setStatus: () => {},
    print: (text) => void stdout.write(text),
    stop: () => {
      clearInterval(timer);
      ignore();
    },
  };
}

function showLive(timeline: Timeline, stdout: Output, shown: ShownLines): Display {
  const region = createLogUpdate(stdout, { showCursor: true });
  let status = "";
  let frame = 0;
  let stopped = false;

  // One less than there are: a full line makes some terminals begin another.
  const columns = (): number => (stdout.columns ?? 80) - 1;
  const draw = (): void => {
    const { rows = 24 } = stdout;
    const state = { underWay: timeline.underWay, status, frame, columns: columns(), rows };
    const lines = regionLines(state, timeline.clock);
    if (lines.length === 0) region.clear();
    else region(lines.map((line) => painted(line, stdout)).join("\n"));
  };
  const restoreCursor = (): void => void stdout.write(showCursor);

  stdout.write(hideCursor);
  process.once("exit", restoreCursor);
  const timer = setInterval(() => {
    frame++;
    draw();
  }, redrawMs).unref();
  const ignore = shown.on((line) => {
    region.clear();
    stdout.write(`${painted(fit(line, columns()), stdout)}\n`);
    draw();
  });

  return {
    setStatus: (text) => {
      status = text;
    },
    print: (text) => {
      region.clear();
      stdout.write(text);
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      ignore();
      region.clear();
      restoreCursor();
      process.off("exit", restoreCursor);
    },
  };
}
