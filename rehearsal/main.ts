import { join } from "node:path";
import { Clock } from "./clock";
import { Timeline } from "./events";
import { helpText, parseOptions, type RehearsalOptions } from "./options";
import type * as story from "./story/run";
import { watchNpm } from "./npm";
import { displayMode, showTimeline } from "./terminal/display";
import { createWorkspace, type Workspace } from "./workspace";

/** Exit statuses, as `--help` tells them. */
const exit = { asItShould: 0, notAsItShould: 1, couldNotStart: 2, interrupted: 130 };

const npmCheckMs = 500;

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2));
  if ("help" in parsed) {
    process.stdout.write(helpText);
    return exit.asItShould;
  }
  return rehearse(parsed);
}

async function rehearse(options: RehearsalOptions): Promise<number> {
  const signal = interruption();
  const workspace = await createWorkspace();
  const status = await rehearseIn(workspace, options, signal);
  const isClean = await cleanUp(workspace);
  return isClean || status !== exit.asItShould ? status : exit.notAsItShould;
}

async function rehearseIn(workspace: Workspace, options: RehearsalOptions, signal: AbortSignal): Promise<number> {
  const clock = new Clock(options.scale);
  const timeline = new Timeline(clock);
  const mode = displayMode(options.json, process.stdout);
  const { appLogLines } = options;
  const display = showTimeline(timeline, { mode, stdout: process.stdout, appLogLines });
  timeline.emit("rehearsal", "started", describeStart(options));
  try {
    const programDirectory = join(__dirname, "..");
    // Settings name folders as seen from the program, wherever a person may have started this.
    process.chdir(programDirectory);
    // Pulumi's SDK takes a second to load, which a wrong option or --help need not wait for.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { run } = require("./story/run") as typeof story;
    const succeeded = await run({ options, programDirectory, workspace, clock, timeline, signal }, display);
    if (signal.aborted) return exit.interrupted;
    return succeeded ? exit.asItShould : exit.notAsItShould;
  } catch (error) {
    display.stop();
    if (signal.aborted) return exit.interrupted;
    process.stderr.write(`${(error as Error).message}\n`);
    return exit.couldNotStart;
  } finally {
    display.stop();
  }
}

/** What is about to happen, before anything does. */
function describeStart({ appDirectory, stack, scale }: RehearsalOptions): string {
  const app = appDirectory ?? "the stack's own app";
  const speed = scale === 1 ? "as slowly as on AWS" : `waits are ${scale} times shorter than on AWS`;
  return `about to release ${app} with the settings of Pulumi.${stack}.yaml, on this machine alone; ${speed}`;
}

/** Aborted when a person or the system ends the rehearsal, nobody reads its output any more, or npm is gone. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", interrupt);
  // Whoever started us without npm may have meant to leave us alone.
  if (process.env.npm_lifecycle_event !== undefined) {
    const npmIsGone = watchNpm();
    setInterval(() => npmIsGone() && interrupt(), npmCheckMs).unref();
  }
  return controller.signal;
}

/** Says what is left, if anything is. */
async function cleanUp(workspace: Workspace): Promise<boolean> {
  try {
    await workspace.close();
    return true;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return false;
  }
}

main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(exit.couldNotStart);
  },
);
