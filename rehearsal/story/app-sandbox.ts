import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Timeline } from "../events";
import type { RehearsalOptions } from "../options";
import { chooseSandbox, type SandboxMode } from "../sandbox/mode";
import { removeTree } from "../sandbox/remove-tree";
import type { Workspace } from "../workspace";

interface Context {
  readonly options: RehearsalOptions;
  readonly programDirectory: string;
  readonly workspace: Workspace;
  readonly timeline: Timeline;
}

/** Asks the person; by default on the terminal, and not at all where there is none. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * How programs of the app's images are run. Where nothing can confine them, the app must be this project's own, or one
 * that the person trusts.
 *
 * @throws Error if namespaces are asked for and cannot be had, or if the app is not trusted
 */
export async function chooseAppSandbox(
  { options, programDirectory, workspace, timeline }: Context,
  appDirectory: string,
  ask = askOnTerminal(),
): Promise<SandboxMode> {
  const mode = await chooseSandbox(workspace.directory, options.sandbox, (directory) =>
    workspace.onClose(() => removeTree(directory)),
  );
  if (mode.kind === "namespaces") return mode;
  const why = `Nothing confines programs here: ${mode.reason}.`;
  const isSample = options.dockerfile === undefined && resolve(appDirectory) === join(programDirectory, "app");
  if (!isSample && options.trustApp !== true) {
    const risk = `The app in ${appDirectory} would run with all your rights.`;
    if (!(await ask?.(`${why}\n${risk} Do you trust it? [y/N] `)))
      throw new Error(`${why} ${risk}\nGive --trust-app if you trust it, or use --runtime docker.`);
  }
  const lines = "Of the Dockerfile's RUN lines, only package installs without scripts are carried out.";
  timeline.emit("rehearsal", "sandbox.none", `${why} ${lines}`, { reason: mode.reason });
  return mode;
}

function askOnTerminal(): Ask | undefined {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  return async (question) => {
    const terminal = createInterface({ input: stdin, output: stderr });
    try {
      return /^y(es)?$/i.test((await terminal.question(question)).trim());
    } finally {
      terminal.close();
    }
  };
}
