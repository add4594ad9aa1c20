import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runHeldSandbox } from "../sandbox/held-sandbox";
import { packageManagerStatus } from "../sandbox/setup-script";
import { removeTree } from "../sandbox/remove-tree";
import { upperLayers } from "../sandbox/layers";
import type { SandboxMount } from "../sandbox/sandbox";
import { digestOf } from "./blob-store";
import { readDifference } from "./difference";
import { runEnvironment } from "./run-environment";
import { runConfined } from "./run-confined";
import { readRunMounts, type RunMount } from "./run-mounts";
import type { StageState, Step } from "./step";
import { linkTree, type Tree } from "./tree";

/** RUN. @throws Error if the command fails */
export async function run(step: Step): Promise<StageState> {
  const { state, build } = step;
  const mounts = readRunMounts(step);
  const depends = [[...state.arguments], state.shell, digestOf(JSON.stringify(mounts)), build.sandbox.kind];
  return step.cached(
    () => (build.sandbox.kind === "none" ? runConfined(step, mounts) : runInSandbox(step, mounts)),
    ...depends,
  );
}

/** The command as it is given to a process: the exec form's words, or one text for the shell. */
export function commandOf({ instruction, state }: Step): readonly string[] {
  const { execForm, argument, heredocs } = instruction;
  if (execForm) return execForm;
  const [only] = heredocs;
  // Without a command before it, the here-document itself is the script.
  const isScript = heredocs.length === 1 && /^<<-?["']?[\w.]+["']?$/.test(argument.split("\n")[0] ?? "");
  const script = only && isScript ? only.content : argument;
  if (script.startsWith("#!")) return ["/bin/sh", "-c", runFile, "sh", script];
  return [...state.shell, script];
}

/** A script that names its own program is run as a file. */
const runFile =
  'file=$(mktemp); printf %s "$1" >"$file"; chmod +x "$file"; "$file"; status=$?; rm -f "$file"; exit $status';

async function runInSandbox(step: Step, mounts: readonly RunMount[]): Promise<Tree> {
  const { state, build, variables } = step;
  const { store, sandbox } = build;
  if (sandbox.kind === "none") throw new Error("There is no sandbox.");
  await mkdir(sandbox.writableDirectory, { recursive: true });
  const place = await mkdtemp(join(sandbox.writableDirectory, "run-"));
  try {
    const npmrcFile = join(place, "npmrc");
    await writeFile(npmrcFile, build.registries.npmrc);
    const own = runEnvironment(build.registries, npmrcFile, state.config.User);
    const writableDirectory = join(place, "layer");
    await mkdir(writableDirectory);
    const lastLines: string[] = [];
    const { status, result } = await runHeldSandbox(
      {
        imageDirectory: await store.folderOf(state.tree),
        writableDirectory,
        command: commandOf(step),
        workingDirectory: state.config.WorkingDir,
        environment: { ...own.environment, ...Object.fromEntries(variables) },
        network: "machine",
        mounts: [...own.mounts, ...(await placeMounts(mounts, place, step))],
      },
      (line) => {
        if (line.trim() !== "") lastLines.push(line);
        if (lastLines.length > linesKept) lastLines.shift();
        build.output(line);
      },
      async (root, exitStatus) =>
        exitStatus === 0
          ? readDifference(state.tree, await upperLayers(writableDirectory), root, store.blobs)
          : undefined,
    );
    if (result === undefined) throw failure(step, status, lastLines);
    return result;
  } finally {
    await removeTree(place);
  }
}

const linesKept = 8;

function failure(step: Step, status: number, lines: readonly string[]): Error {
  const { argument, execForm } = step.instruction;
  const line = execForm ? JSON.stringify(execForm) : argument;
  const isMissing = status === 127 || /: (command )?not found$/m.test(lines.join("\n"));
  const missing = /(?:exec: |line )?(?:\d+: )?([\w./@+-]+): (?:command )?not found/.exec(lines.join("\n"))?.[1];
  const hint = isMissing
    ? `${missing ?? "A command"} is not on this machine, which stands in for ${step.state.base}. Use --runtime docker, which builds with the real image.`
    : status === packageManagerStatus
      ? `The system of this machine stands in for ${step.state.base}, and gets no packages. Use --runtime docker to carry out this line.`
      : "If the line needs what its base image has, use --runtime docker.";
  const shown = line.replace(/\s+/g, " ");
  const command = shown.length > titleLength ? `${shown.slice(0, titleLength)} …` : shown;
  const last = lines
    .filter((text) => !/^npm (error|ERR!) (A complete log|$)|^npm notice/.test(text))
    .slice(-linesShown);
  const title = `The command '${command}' returned a non-zero code: ${status}`;
  return step.error([title, ...last.map((text) => `  ${text}`), hint].join("\n"));
}

/** CodeBuild shows the last five lines of a build: what failed, these, and the way out. */
const linesShown = 3;
/** Characters of a command that are shown. */
const titleLength = 160;

/** The mounts as a sandbox takes them; files of an image are laid out below `place`. */
async function placeMounts(mounts: readonly RunMount[], place: string, step: Step): Promise<SandboxMount[]> {
  const { store } = step.build;
  return Promise.all(
    mounts.map(async (mount, index): Promise<SandboxMount> => {
      const { target } = mount;
      if (mount.type === "tmpfs") return { source: "", target, writable: "tmpfs" };
      if (mount.type === "cache") {
        const source = join(store.directory, "engine", "caches", encodeURIComponent(mount.id));
        await mkdir(source, { recursive: true });
        return { source, target, writable: "kept" };
      }
      const source = join(place, `mount-${index}`);
      await linkTree(mount.tree, source, store.blobs);
      const inside = mount.name === undefined ? source : join(source, mount.name);
      return { source: inside, target, writable: mount.isWritable ? "discarded" : "never" };
    }),
  );
}
