import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readDockerignore } from "../images/globs";
import { git, type GitOptions } from "./git";

/** What a repository of the app would hold. */
export interface RepositoryFiles {
  /** Paths from the app's folder. */
  readonly files: readonly string[];
  /** Why something of the folder is not among them, with its name; a folder's ends with `/`. */
  readonly leftOut: Readonly<Record<LeftOutBy, readonly string[]>>;
}

export type LeftOutBy = "gitignore" | "dockerignore" | "submodule";

export interface ListOptions {
  readonly appDirectory: string;
  /** A repository without files, whose rules count where the app is in none. */
  readonly emptyRepository: string;
  /** Whether a build looks at more than the image's context. @default false */
  readonly withDockerignored?: boolean;
  /** The Dockerfile, relative to the app's folder. @default Dockerfile */
  readonly dockerfile?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A build that never looks at them may be told to ignore these, but the pipeline reads them itself. */
const readByPipeline = /^(.*Dockerfile.*|\.dockerignore|taskdef\.json|appspec\.ya?ml|service\.json)$/;

/** Somebody else's repository decides nothing here: neither which program watches files, nor where its folder is. */
const distrust = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false"];
const nodeModules = "node_modules";

/**
 * Lists what a repository would hold: what git tracks, and what it would add. `.gitignore` files count, also those above
 * the app's folder. What `.dockerignore` excludes is left out, too: no image could contain it.
 */
export async function listRepositoryFiles(options: ListOptions): Promise<RepositoryFiles> {
  const own = await ownRepository(options);
  const list = own ?? (await plainFolder(options));
  const submodules = list.files.filter((path) => list.folders.has(path)).map((path) => `${path.replace(/\/$/, "")}/`);
  const files = list.files.filter((path) => !list.folders.has(path));
  const ignored = options.withDockerignored ? undefined : await dockerignore(options);
  const excluded = (path: string) => ignored !== undefined && !readByPipeline.test(path) && ignored.excludes(path);
  return {
    files: files.filter((path) => !excluded(path)),
    leftOut: {
      gitignore: list.ignored.filter((path) => path.replace(/\/$/, "").split("/").at(-1) !== nodeModules),
      dockerignore: [...new Set(files.filter(excluded).map((path) => topmost(path, excluded)))],
      submodule: submodules,
    },
  };
}

interface Listing {
  readonly files: readonly string[];
  /** Those of `files` that are repositories of their own. */
  readonly folders: ReadonlySet<string>;
  readonly ignored: readonly string[];
}

/** What the repository that the app is in says; undefined where there is none, or where it ignores the whole folder. */
async function ownRepository({ appDirectory, signal }: ListOptions): Promise<Listing | undefined> {
  const inApp = { cwd: appDirectory, signal };
  const isInside = await git([...distrust, "rev-parse", "--is-inside-work-tree"], inApp).catch((error: Error) => {
    signal?.throwIfAborted();
    if (/git is needed/.test(error.message)) throw error;
    return Buffer.from("false");
  });
  if (isInside.toString().trim() !== "true") return undefined;
  const staged = await lines([...distrust, "ls-files", "-z", "--stage"], inApp);
  const tracked = staged.map((line) => ({ mode: line.slice(0, 6), path: line.slice(line.indexOf("\t") + 1) }));
  const others = await lines([...distrust, "ls-files", "-z", "--others", "--exclude-standard"], inApp);
  const files = [...new Set([...tracked.map(({ path }) => path), ...others])];
  if (files.length === 0) return undefined;
  const submodules = tracked.filter(({ mode }) => mode === "160000").map(({ path }) => path);
  const folders = new Set([...submodules, ...others.filter(isFolder)]);
  const rules = ["--others", "--ignored", "--exclude-standard", "--directory"];
  return { files, folders, ignored: await lines([...distrust, "ls-files", "-z", ...rules], inApp) };
}

/** A folder in no repository: its own `.gitignore` files count, and what a package manager has installed is left out. */
async function plainFolder({ appDirectory, emptyRepository, signal }: ListOptions): Promise<Listing> {
  const words = ["--git-dir", emptyRepository, "--work-tree", appDirectory, "ls-files", "-z", "--others"];
  const inApp = { cwd: appDirectory, signal };
  const files = await lines([...words, "--exclude-standard", "--exclude", nodeModules], inApp);
  const ignored = await lines([...words, "--ignored", "--exclude-standard", "--directory"], inApp);
  return { files, folders: new Set(files.filter(isFolder)), ignored };
}

async function lines(words: readonly string[], options: GitOptions): Promise<string[]> {
  const output = await git(words, options);
  return output
    .toString("utf8")
    .split("\0")
    .filter((line) => line !== "");
}

function isFolder(path: string): boolean {
  return path.endsWith("/");
}

async function dockerignore({ appDirectory, dockerfile = "Dockerfile" }: ListOptions) {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const text = await readFile(join(appDirectory, name), "utf8").catch(() => undefined);
    if (text !== undefined) return readDockerignore(text);
  }
  return undefined;
}

/** The highest folder above the path of which everything is excluded by the same rule, or the path itself. */
function topmost(path: string, excluded: (path: string) => boolean): string {
  const names = path.split("/");
  for (let depth = 1; depth < names.length; depth++) {
    const folder = names.slice(0, depth).join("/");
    if (excluded(folder)) return `${folder}/`;
  }
  return path;
}
