import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import type { BlobStore } from "./blob-store";
import { globMatcher, isGlob, readDockerignore } from "./globs";
import type { Tree, TreeEntry } from "./tree";
import { readTree, sortTree } from "./tree";

/** Reads a build's context, without what its `.dockerignore` excludes. */
export async function readContext(directory: string, dockerfileName: string, blobs: BlobStore): Promise<Tree> {
  const own = await readIfThere(join(directory, `${dockerfileName}.dockerignore`));
  const ignored = readDockerignore(own ?? (await readIfThere(join(directory, ".dockerignore"))) ?? "");
  const isIncluded = (path: string, isDirectory: boolean): boolean => {
    // With exceptions a file far below an excluded directory may still be wanted.
    return !ignored.excludes(path) || (isDirectory && ignored.hasExceptions);
  };
  const tree = await readTree(directory, blobs, isIncluded);
  return tree.filter((entry) => !ignored.excludes(entry.path));
}

/** What one COPY takes: each source's entries, already at their place in the image. */
export interface CopyRequest {
  /** The context's files, or an earlier stage's. */
  readonly from: Tree;
  /** Paths or patterns within `from`; a leading `/` says nothing. */
  readonly sources: readonly string[];
  /** A path of the image; relative to `workingDirectory`. Ends with `/` where it is a directory. */
  readonly destination: string;
  readonly workingDirectory: string;
  /** The image so far: a destination that is a directory there takes files under their own names. */
  readonly into: Tree;
}

/**
 * The entries that a COPY adds. Source: Dockerfile reference, COPY.
 * @throws Error as Docker words it when a source is not there.
 */
export function selectForCopy({ from, sources, destination, workingDirectory, into }: CopyRequest): Tree {
  const matched = sources.flatMap((source) => matchSource(from, source));
  const target = imagePath(destination, workingDirectory);
  const isDirectory =
    matched.length > 1 ||
    /(^|\/)\.?\/?$/.test(destination) ||
    target === "" ||
    into.some((entry) => entry.path === target && entry.type === "directory");
  const selected = new Map<string, TreeEntry>();
  for (const source of matched) {
    const entry = from.find(({ path }) => path === source);
    if (source !== "" && entry?.type !== "directory") {
      if (entry !== undefined)
        add({ ...entry, path: isDirectory ? inDirectory(target, posix.basename(source)) : target });
      continue;
    }
    // A directory gives its contents, not itself.
    if (target !== "") add({ path: target, type: "directory", mode: 0o755 });
    const below = source === "" ? "" : `${source}/`;
    for (const found of from) {
      if (found.path.startsWith(below)) add({ ...found, path: inDirectory(target, found.path.slice(below.length)) });
    }
  }
  return sortTree(selected.values());

  function add(entry: TreeEntry): void {
    selected.set(entry.path, entry);
  }
}

/** `tree` with `added` laid over it; missing directories above are made. */
export function overlay(tree: Tree, added: Tree): Tree {
  const entries = new Map(tree.map((entry) => [entry.path, entry]));
  for (const entry of added) {
    for (let parent = posix.dirname(entry.path); parent !== "."; parent = posix.dirname(parent)) {
      if (!entries.has(parent)) entries.set(parent, { path: parent, type: "directory", mode: 0o755 });
    }
    const existing = entries.get(entry.path);
    if (existing?.type !== "directory" || entry.type !== "directory") entries.set(entry.path, entry);
  }
  return sortTree(entries.values());
}

/** A path of the image without its leading `/`; never outside of the image. */
export function imagePath(path: string, workingDirectory: string): string {
  return posix.resolve("/", workingDirectory, path).slice(1);
}

function matchSource(from: Tree, source: string): string[] {
  const path = imagePath(source, "/");
  if (isGlob(path)) {
    const matches = globMatcher(path);
    const found = from.filter((entry) => matches(entry.path)).map((entry) => entry.path);
    if (found.length > 0) return found;
    throw new Error(`COPY failed: no source files were specified: nothing matches ${source}`);
  }
  if (path === "" || from.some((entry) => entry.path === path || entry.path.startsWith(`${path}/`))) return [path];
  throw new Error(
    `COPY failed: file not found in build context or excluded by .dockerignore: stat ${path}: file does not exist`,
  );
}

function inDirectory(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
