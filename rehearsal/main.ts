import { join } from "node:path";
import { Clock } from "./clock";
import { Timeline } from "./events";
import { UsageError } from "./command-line";
import { helpText, parseOptions, type RehearsalOptions } from "./options";
import type * as story from "./story/run";
import { type Display, displayMode, showTimeline } from "./terminal/display";
import { createWorkspace } from "./workspace";

/** Exit statuses, as `--help` tells them. */
const exit = { asItShould: 0, notAsItShould: 1, couldNotStart: 2, interrupted: 130 };

const parentCheckMs = 500;

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
  const clock = new Clock(options.scale);
  const timeline = new Timeline(clock);
  const workspace = await createWorkspace();
  const display = showTimeline(timeline, { mode: displayMode(options.json, process.stdout), stdout: process.stdout });
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
    await cleanUp(workspace, display);
  }
}

/** Aborted when a person or the system ends the rehearsal, nobody reads its output any more, or npm is gone. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", interrupt);
  // npm that is killed tells nobody; whoever started us without npm may have meant to leave us alone.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && interrupt(), parentCheckMs).unref();
  }
  return controller.signal;
}

async function cleanUp(workspace: { close(): Promise<void> }, display: Display): Promise<void> {
  display.stop();
  await workspace.close().catch((error: Error) => process.stderr.write(`${error.message}\n`));
}

main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(`${error instanceof UsageError ? error.message : (error.stack ?? error.message)}\n`);
    process.exit(exit.couldNotStart);
  },
);
