import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { SandboxMode } from "../sandbox/mode";
import { baseImage } from "./base-image";
import { BuildNotes, leftOutMessage, saveNotes } from "./build-notes";
import { readContext } from "./copy";
import type { Dockerfile, Stage } from "./dockerfile";
import { parseDockerfile, replaceVariables } from "./dockerfile";
import { Image } from "./image";
import type { ImageStore } from "./image-store";
import type { Layers } from "./layers";
import { parseReference } from "./reference";
import type { RegistrySettings } from "./registry-settings";
import { throwIfNotStartable } from "./start-command";
import type { BuildEnvironment, StageState } from "./step";
import { performInstruction } from "./stage-build";
import type { Tree } from "./tree";

export interface BuildRequest {
  readonly store: ImageStore;
  /** Where steps that were done before are found. @default the engine's own */
  readonly layers?: Layers;
  /** The directory that COPY takes files from. */
  readonly contextDirectory: string;
  /** Within the context, or absolute. @default Dockerfile */
  readonly dockerfile?: string;
  /** Names for the result. */
  readonly tags: readonly string[];
  /** `linux/amd64` or `linux/arm64`; recorded, since this machine's Node runs either. */
  readonly platform: string;
  /** @default none */
  readonly buildArguments?: Readonly<Record<string, string>>;
  readonly registries: RegistrySettings;
  /** How RUN lines are carried out. */
  readonly sandbox: SandboxMode;
  /** Takes each line that the build prints. */
  readonly output: (line: string) => void;
}

/**
 * Carries out a Dockerfile without Docker. Base images are not pulled: this machine's system and its Node take their
 * place. Stages that the last one does not need are left out.
 *
 * @throws Error as Docker words it: a Dockerfile that is wrong or not there, a COPY without its source, a failed RUN.
 */
export async function buildImage(request: BuildRequest): Promise<Image> {
  const notes = new BuildNotes();
  try {
    return await carryOut(request, notes);
  } catch (error) {
    const lines = [(error as Error).message, ...leftOutMessage(notes.noted.leftOut)];
    throw new Error(lines.join("\n"), { cause: error });
  } finally {
    await saveNotes(request.store.directory, notes);
  }
}

async function carryOut(request: BuildRequest, notes: BuildNotes): Promise<Image> {
  const { store, contextDirectory, platform, tags, output, buildArguments = {} } = request;
  tags.forEach(parseReference);
  const path = resolve(contextDirectory, request.dockerfile ?? "Dockerfile");
  const dockerfile = parseDockerfile(await readDockerfile(path));
  const finished = new Map<string, StageState>();
  const automatic = automaticArguments(platform);
  const globalArguments = new Map(automatic);
  for (const { pairs } of dockerfile.globalArguments) {
    for (const { name, value } of pairs) {
      globalArguments.set(name, buildArguments[name] ?? replaceVariables(value ?? "", globalArguments));
    }
  }
  const build: BuildEnvironment = {
    store,
    layers: request.layers ?? store.layers,
    context: await readContext(contextDirectory, basename(path), store.blobs),
    registries: request.registries,
    sandbox: request.sandbox,
    notes,
    buildArguments: new Map(Object.entries(buildArguments)),
    globalArguments,
    filesOf: (name) => filesOf(finished, name),
    output,
  };

  const stages = neededStages(dockerfile, globalArguments);
  const total = stages.reduce((count, { instructions }) => count + 1 + instructions.length, 0);
  let step = 0;
  let state: StageState | undefined;
  for (const stage of stages) {
    const from = replaceVariables(stage.from, globalArguments);
    output(`Step ${++step}/${total} : FROM ${from}${stage.name ? ` AS ${stage.name}` : ""}`);
    state = finished.get(from.toLowerCase()) ?? startFrom(from);
    state = { ...state, arguments: new Map(), hasOwnCommand: false };
    for (const instruction of stage.instructions) {
      output(`Step ${++step}/${total} : ${instruction.keyword} ${instruction.text}`);
      state = await performInstruction(instruction, state, build);
    }
    finished.set(String(dockerfile.stages.indexOf(stage)), state);
    if (stage.name) finished.set(stage.name, state);
  }
  if (state === undefined) throw new Error("Dockerfile: there is no FROM");
  const image = await finish(state, request, dockerfile);
  for (const line of notes.lines) output(` ---> ${line}`);
  return image;

  function startFrom(name: string): StageState {
    const base = baseImage(name, platform, request.sandbox.kind === "namespaces");
    if (base.warning !== undefined) {
      output(` ---> ${base.warning}`);
      notes.warn(base.warning);
    }
    return base.state;
  }
}

async function finish(state: StageState, request: BuildRequest, dockerfile: Dockerfile): Promise<Image> {
  const { store, platform, tags, output } = request;
  const { config } = state;
  if (!config.Cmd?.length && !config.Entrypoint?.length) {
    const last = dockerfile.stages.at(-1);
    const unknown = `. Those of ${state.base} are not known here: name the command, or use --runtime docker.`;
    throw new Error(
      `Dockerfile: the stage that begins in line ${last?.line} has no CMD and no ENTRYPOINT to start the app` +
        (state.base === "scratch" ? "" : unknown),
    );
  }
  throwIfNotStartable(state, request.sandbox);
  const [os = "linux", architecture = "amd64"] = platform.split("/");
  // Here rather than where its tasks are started, which serves requests meanwhile.
  if (request.sandbox.kind === "namespaces") await store.folderOf(state.tree);
  const digest = await Image.save({ os, architecture, config }, state.tree, store.blobs);
  // The buildspec gives every build COMMIT_ID, which an app need not take.
  const declared = new Set(
    dockerfile.stages
      .flatMap(({ instructions }) => [...instructions, ...dockerfile.globalArguments])
      .filter(({ keyword }) => keyword === "ARG")
      .flatMap(({ pairs }) => pairs.map(({ name }) => name)),
  );
  const unused = Object.keys(request.buildArguments ?? {}).filter(
    (name) => !declared.has(name) && name !== "COMMIT_ID",
  );
  if (unused.length > 0) output(`[Warning] One or more build-args [${unused.join(" ")}] were not consumed`);
  output(`Successfully built ${digest}`);
  for (const tag of tags) {
    await store.tagLocal(digest, tag);
    output(`Successfully tagged ${tag}`);
  }
  return Image.load(digest, store.blobs);
}

/** The last stage and those that it builds on or copies from, in the order of the file, as BuildKit does. */
function neededStages(dockerfile: Dockerfile, globalArguments: ReadonlyMap<string, string>): readonly Stage[] {
  const { stages } = dockerfile;
  const needed = new Set<Stage>();
  const visit = (stage: Stage): void => {
    if (needed.has(stage)) return;
    needed.add(stage);
    const flags = stage.instructions.flatMap((instruction) => instruction.flags);
    const names = flags.map(([name, value]) =>
      name === "from" ? value : (/(?:^|,)from=([^,]+)/.exec(value)?.[1] ?? ""),
    );
    for (const name of [replaceVariables(stage.from, globalArguments), ...names]) {
      const earlier = stages.slice(0, stages.indexOf(stage));
      const found =
        earlier.findLast((other) => other.name === name.toLowerCase()) ??
        earlier[/^\d+$/.test(name) ? Number(name) : -1];
      if (found !== undefined) visit(found);
    }
  };
  visit(stages.at(-1) ?? stages[0]);
  return stages.filter((stage) => needed.has(stage));
}

function filesOf(finished: ReadonlyMap<string, StageState>, name: string): Tree {
  const state = finished.get(name.toLowerCase());
  if (state !== undefined) return state.tree;
  const known = [...finished.keys()].join(", ") || "none";
  throw new Error(
    `--from=${name}: no earlier stage has this name (existing stages: ${known}), and images are not pulled here. ` +
      "Use --runtime docker.",
  );
}

/** Source: Dockerfile reference, "Automatic platform ARGs in the global scope". */
function automaticArguments(platform: string): ReadonlyMap<string, string> {
  const [os = "", architecture = ""] = platform.split("/");
  return new Map(
    ["TARGET", "BUILD"].flatMap((side): [string, string][] => [
      [`${side}PLATFORM`, platform],
      [`${side}OS`, os],
      [`${side}ARCH`, architecture],
    ]),
  );
}

async function readDockerfile(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new Error(
      `unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${path}: no such file or directory`,
    );
  });
}
