import { digestOf } from "./blob-store";
import { type CopyRequest, selectForCopy } from "./copy";
import { type Instruction, replaceVariables } from "./dockerfile";
import type { ContainerConfig } from "./image";
import type { ImageStore } from "./image-store";
import type { Layers } from "./layers";
import type { SandboxMode } from "../sandbox/mode";
import type { BuildNotes } from "./build-notes";
import type { RegistrySettings } from "./registry-settings";
import type { Tree } from "./tree";
import { TreeIndex } from "./tree-index";

/** What the stages of one build share. */
export interface BuildEnvironment {
  readonly store: ImageStore;
  /** Where steps that were done before are found. */
  readonly layers: Layers;
  readonly context: Tree;
  readonly registries: RegistrySettings;
  /** How RUN lines are carried out. */
  readonly sandbox: SandboxMode;
  readonly notes: BuildNotes;
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
  /** The image that the stage builds on in the end. */
  readonly base: string;
  /** What runs a command in shell form. */
  readonly shell: readonly string[];
  /** CMD stood in this stage, not in the one that it builds on. */
  readonly hasOwnCommand: boolean;
}

/** One more instruction, on what those before it amount to. */
export class Step {
  /** ARG and ENV. */
  readonly variables: ReadonlyMap<string, string>;
  /** The instruction's argument, with their values. */
  readonly replaced: string;

  constructor(
    readonly instruction: Instruction,
    readonly state: StageState,
    readonly build: BuildEnvironment,
  ) {
    this.variables = new Map([...state.arguments, ...state.environment]);
    this.replaced = replaceVariables(instruction.argument, this.variables);
  }

  /** The state after it. @param dependsOn what it depends on besides its text and what was before it */
  next(change: Partial<StageState>, ...dependsOn: unknown[]): StageState {
    const { keyword, text } = this.instruction;
    const key = digestOf(JSON.stringify([this.state.key, keyword, text, this.replaced, ...dependsOn]));
    return { ...this.state, key, ...change };
  }

  /** The same, with the files from the layer cache if the same step was done before. */
  async cached(work: () => Promise<Tree>, ...dependsOn: unknown[]): Promise<StageState> {
    const { layers, output } = this.build;
    const to = this.next({}, ...dependsOn);
    const known = await layers.find(to.key);
    if (known !== undefined) {
      output(" ---> Using cache");
      return { ...to, tree: known };
    }
    const tree = await work();
    await layers.keep(to.key, tree);
    return { ...to, tree };
  }

  /** Files of an earlier stage, or of the context without `from`. */
  select(from: string | undefined, request: Omit<CopyRequest, "from" | "workingDirectory" | "into">): Tree {
    const { state } = this;
    return this.attempt(() =>
      selectForCopy({
        ...request,
        from: this.filesFrom(from),
        workingDirectory: state.config.WorkingDir,
        into: state.tree,
      }),
    );
  }

  /** The file or folder itself, as the only files of a tree. */
  selectAlone(from: string | undefined, source: string): { readonly tree: Tree; readonly isFile: boolean } {
    return this.attempt(() => {
      const files = this.filesFrom(from);
      const index = new TreeIndex(files);
      const isFile = !index.isDirectory(index.resolve(source));
      const request = { from: files, sources: [source], destination: "/", workingDirectory: "/", into: [] };
      return { tree: selectForCopy(request), isFile };
    });
  }

  /** Calls `work`. @throws Error that says where the instruction stands */
  attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.error((error as Error).message, error);
    }
  }

  private filesFrom(stage: string | undefined): Tree {
    return stage === undefined ? this.build.context : this.build.filesOf(stage);
  }

  /** What is wrong with it, and where it stands. */
  error(message: string, cause?: unknown): Error {
    return new Error(`Dockerfile line ${this.instruction.line}: ${message}`, { cause });
  }
}
