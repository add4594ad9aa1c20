import { createLogUpdate } from "log-update";
import type { Timeline } from "../events";
import { eventLine } from "./lines";
import { ProgressLines, regionLines } from "./progress";
import { fit, painted, plainText } from "./segments";

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

/** Shows the events of `timeline` from now on. */
export function showTimeline(timeline: Timeline, { mode, stdout }: { mode: DisplayMode; stdout: Output }): Display {
  return { live: showLive, plain: showPlain, json: showJson }[mode](timeline, stdout);
}

function showJson(timeline: Timeline, stdout: Output): Display {
  const stop = timeline.on((event) => stdout.write(`${JSON.stringify(event)}\n`));
  return { setStatus: () => {}, stop };
}

function showPlain(timeline: Timeline, stdout: Output): Display {
  const progress = new ProgressLines(timeline.clock);
  const tellProgress = (): void => progress.due(timeline.underWay).forEach((line) => stdout.write(`${line}\n`));
  const timer = setInterval(tellProgress, redrawMs).unref();
  const ignore = timeline.on((event) => stdout.write(`${plainText(eventLine(event))}\n`));
  return {
    setStatus: () => {},
    stop: () => {
      clearInterval(timer);
      ignore();
    },
  };
}

function showLive(timeline: Timeline, stdout: Output): Display {
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
  const ignore = timeline.on((event) => {
    region.clear();
    stdout.write(`${painted(fit(eventLine(event), columns()), stdout)}\n`);
    draw();
  });

  return {
    setStatus: (text) => {
      status = text;
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
