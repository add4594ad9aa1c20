import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "./blob-store";
import type { CopyRequest } from "./copy";
import { imagePath, overlay, selectForCopy } from "./copy";
import type { Instruction, Pair } from "./dockerfile";
import { replaceVariables } from "./dockerfile";
import type { ContainerConfig } from "./image";
import type { ImageStore } from "./image-store";
import type { Layers } from "./layers";
import type { NpmSettings } from "./run-command";
import { runCommand } from "./run-command";
import { planRun } from "./run-line";
import { shellQuote } from "./shell-quote";
import type { Tree } from "./tree";
import { readTree, writeTree } from "./tree";

/** What the stages of one build share. */
export interface BuildEnvironment {
  readonly store: ImageStore;
  /** Where steps that were done before are found. */
  readonly layers: Layers;
  readonly context: Tree;
  readonly npm: NpmSettings;
  /** `--build-arg`, and Docker's own TARGETPLATFORM and the like. */
  readonly buildArguments: ReadonlyMap<string, string>;
  /** ARG before the first FROM, with their values. */
  readonly globalArguments: ReadonlyMap<string, string>;
  /** The files of an earlier stage, by name or number. @throws Error where there is none */
  readonly filesOf: (stage: string) => Tree;
  readonly output: (line: string) => void;
}

/** What the instructions so far amount to. */
export interface StageState {
  /** Names this state in the layer cache: the base and every instruction since, with what they depended on. */
  readonly key: string;
  readonly tree: Tree;
  readonly config: ContainerConfig;
  readonly environment: ReadonlyMap<string, string>;
  readonly arguments: ReadonlyMap<string, string>;
  /** CMD stood in this stage, not in the one that it builds on. */
  readonly hasOwnCommand: boolean;
}

/** One more instruction. @throws Error as Docker words it, when the instruction fails. */
export async function performInstruction(
  instruction: Instruction,
  state: StageState,
  build: BuildEnvironment,
): Promise<StageState> {
  const variables = new Map([...state.arguments, ...state.environment]);
  const replaced = replaceVariables(instruction.argument, variables);
  const next = (change: Partial<StageState>, ...dependsOn: unknown[]): StageState => ({
    ...state,
    key: digestOf(JSON.stringify([state.key, instruction.keyword, instruction.text, replaced, ...dependsOn])),
    ...change,
  });
  const configured = (change: Partial<ContainerConfig>): StageState => next({ config: { ...state.config, ...change } });
  const valueOf = ({ value = "", isLiteral }: Pair): string => (isLiteral ? value : replaceVariables(value, variables));

  switch (instruction.keyword) {
    case "ARG": {
      const values = new Map(state.arguments);
      for (const pair of instruction.pairs) {
        const given = build.buildArguments.get(pair.name);
        const value = given ?? (pair.value === undefined ? build.globalArguments.get(pair.name) : valueOf(pair));
        if (value !== undefined) values.set(pair.name, value);
      }
      return next({ arguments: values });
    }
    case "ENV": {
      const environment = new Map(state.environment);
      for (const pair of instruction.pairs) environment.set(pair.name, valueOf(pair));
      const Env = [...environment].map(([name, value]) => `${name}=${value}`);
      return next({ environment, config: { ...state.config, Env } });
    }
    case "WORKDIR": {
      const path = imagePath(replaced, state.config.WorkingDir);
      const tree = path === "" ? state.tree : overlay(state.tree, [{ path, type: "directory", mode: 0o755 }]);
      return next({ tree, config: { ...state.config, WorkingDir: `/${path}` } });
    }
    case "VOLUME": {
      const paths = instruction.execForm ?? replaced.split(/\s+/);
      const directories = paths.map(
        (path) => ({ path: imagePath(path, "/"), type: "directory", mode: 0o755 }) as const,
      );
      return next({ tree: overlay(state.tree, directories) });
    }
    case "COPY":
    case "ADD":
      return copy();
    case "RUN":
      return run();
    case "CMD":
      return { ...configured({ Cmd: shellOrExecForm(instruction) }), hasOwnCommand: true };
    case "ENTRYPOINT":
      // An ENTRYPOINT forgets the CMD of the image that the stage builds on, as for Docker.
      return configured({
        Entrypoint: shellOrExecForm(instruction),
        Cmd: state.hasOwnCommand ? state.config.Cmd : undefined,
      });
    case "EXPOSE": {
      const ports = replaced.split(/\s+/).map((port) => [port.includes("/") ? port : `${port}/tcp`, {}] as const);
      return configured({ ExposedPorts: { ...state.config.ExposedPorts, ...Object.fromEntries(ports) } });
    }
    case "LABEL": {
      const labels = instruction.pairs.map((pair) => [pair.name, valueOf(pair)] as const);
      return configured({ Labels: { ...state.config.Labels, ...Object.fromEntries(labels) } });
    }
    case "USER":
      return configured({ User: replaced });
    case "STOPSIGNAL":
      return configured({ StopSignal: replaced });
    default:
      // ECS ignores an image's HEALTHCHECK; the others say nothing about a process on this machine.
      build.output(` ---> ${instruction.keyword} has no effect here`);
      return next({});
  }

  async function copy(): Promise<StageState> {
    const flags = new Map(instruction.flags);
    if (instruction.hasHeredoc)
      throw new Error(`${at(instruction)}: ${instruction.keyword} <<EOF is not performed here`);
    const paths = instruction.execForm?.map((path) => replaceVariables(path, variables)) ?? replaced.split(/\s+/);
    const destination = paths.pop() ?? "";
    if (paths.length === 0)
      throw new Error(`${at(instruction)}: ${instruction.keyword} needs a source and a destination`);
    const remote = paths.find((path) => /^(https?|git):/.test(path));
    if (remote !== undefined)
      throw new Error(`${at(instruction)}: ADD of ${remote} is not performed here; COPY a file`);
    const from = flags.get("from");
    const selected = select({
      from: from === undefined ? build.context : build.filesOf(replaceVariables(from, variables)),
      sources: paths,
      destination,
      workingDirectory: state.config.WorkingDir,
      into: state.tree,
    });
    const mode = flags.has("chmod") ? parseInt(flags.get("chmod") ?? "", 8) : undefined;
    const added = selected.map((entry) => (mode && entry.type === "file" ? { ...entry, mode } : entry));
    return cached(next({}, digestOf(JSON.stringify(added))), () => Promise.resolve(overlay(state.tree, added)));
  }

  async function run(): Promise<StageState> {
    // Docker lays bind mounts over the image while the command runs; cache mounts are this machine's npm cache.
    const mounts = instruction.flags
      .filter(([name]) => name === "mount")
      .map(([, value]) => new Map(value.split(",").map((part) => part.split("=", 2) as [string, string])))
      .filter((mount) => (mount.get("type") ?? "bind") === "bind");
    const mounted = mounts.flatMap((mount) => {
      const from = mount.get("from");
      return select({
        from: from === undefined ? build.context : build.filesOf(from),
        sources: [mount.get("source") ?? mount.get("src") ?? "."],
        destination: mount.get("target") ?? mount.get("dst") ?? mount.get("destination") ?? ".",
        workingDirectory: state.config.WorkingDir,
        into: state.tree,
      });
    });
    const known = new Set(state.tree.map(({ path }) => path));
    const passing = new Set(mounted.map(({ path }) => path).filter((path) => !known.has(path)));
    return cached(next({}, [...state.arguments], digestOf(JSON.stringify(mounted))), async () => {
      const result = await runIn(overlay(state.tree, mounted));
      return result.filter(({ path }) => !passing.has(path));
    });
  }

  /** The files after `instruction` has run over `tree`. */
  async function runIn(tree: Tree): Promise<Tree> {
    const builds = join(build.store.directory, "engine", "builds");
    await mkdir(builds, { recursive: true });
    const root = await mkdtemp(join(builds, "rootfs-"));
    try {
      const line = instruction.execForm?.map(shellQuote).join(" ");
      const text = line ?? instruction.argument;
      const plan = planRun(text, { root, workingDirectory: state.config.WorkingDir, variables });
      for (const skipped of plan.skipped) build.output(` ---> Not run on this machine: ${skipped}`);
      if (plan.script === undefined) return tree;
      await writeTree(tree, root, build.store.blobs);
      const status = await runCommand({
        script: plan.script,
        root,
        workingDirectory: join(root, state.config.WorkingDir),
        variables: Object.fromEntries(variables),
        npm: build.npm,
        output: build.output,
      });
      if (status !== 0) {
        const hint =
          status === 127 ? " (a command is not installed on this machine, which stands in for the image)" : "";
        throw new Error(`The command '/bin/sh -c ${text}' returned a non-zero code: ${status}${hint}`);
      }
      return await readTree(root, build.store.blobs);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }

  /** Takes the files from the layer cache if the same step was done before. */
  async function cached(to: StageState, work: () => Promise<Tree>): Promise<StageState> {
    const known = await build.layers.find(to.key);
    if (known !== undefined) {
      build.output(" ---> Using cache");
      return { ...to, tree: known };
    }
    const tree = await work();
    await build.layers.keep(to.key, tree);
    return { ...to, tree };
  }

  function select(request: CopyRequest): Tree {
    try {
      return selectForCopy(request);
    } catch (error) {
      throw new Error(`${at(instruction)}: ${(error as Error).message}`, { cause: error });
    }
  }
}

function shellOrExecForm({ execForm, argument }: Instruction): readonly string[] {
  return execForm ?? ["/bin/sh", "-c", argument];
}

function at(instruction: Instruction): string {
  return `Dockerfile line ${instruction.line}`;
}
