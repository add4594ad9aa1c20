import { join } from "node:path";
import { Clock } from "./clock";
import { Timeline } from "./events";
import { helpText, parseOptions, type RehearsalOptions, UsageError } from "./options";
import type * as story from "./story/run";
import { type Display, displayMode, showTimeline } from "./terminal/display";
import { createWorkspace } from "./workspace";

/** Exit statuses, as `--help` tells them. */
const exit = { asItShould: 0, notAsItShould: 1, couldNotStart: 2, interrupted: 130 };

/** Ends the rehearsal when a person or the system asks for it, or when whoever started it is gone. */
class Interrupted extends Error {}

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2));
  if ("help" in parsed) {
    process.stdout.write(helpText);
    return exit.asItShould;
  }
  return rehearse(parsed);
}

async function rehearse(options: RehearsalOptions): Promise<number> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Interrupted("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  const clock = new Clock(options.scale);
  const timeline = new Timeline(clock);
  const workspace = await createWorkspace();
  const display = showTimeline(timeline, { mode: displayMode(options.json, process.stdout), stdout: process.stdout });
  try {
    const programDirectory = join(__dirname, "..");
    // Pulumi's SDK takes a second to load, which a wrong option or --help need not wait for.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { run } = require("./story/run") as typeof story;
    const context = { options, programDirectory, workspace, clock, timeline, signal: interruption.signal };
    return (await run(context, display)) ? exit.asItShould : exit.notAsItShould;
  } catch (error) {
    display.stop();
    if (interruption.signal.aborted) return exit.interrupted;
    process.stderr.write(`${(error as Error).message}\n`);
    return exit.couldNotStart;
  } finally {
    await cleanUp(workspace, display);
  }
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
