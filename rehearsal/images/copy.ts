import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import type { BlobStore } from "./blob-store";
import { globMatcher, isGlob, readDockerignore } from "./globs";
import type { Tree, TreeEntry } from "./tree";
import { readTree, sortTree } from "./tree";
import { imagePath, TreeIndex } from "./tree-index";

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
  /** `--parents`: sources keep the folders above them. @default false */
  readonly keepsParents?: boolean;
}

/**
 * The entries that a COPY adds. Links on the way to a source or to the destination lead to a place of the same image.
 * Source: Dockerfile reference, COPY.
 *
 * @throws Error as Docker words it when a source is not there.
 */
export function selectForCopy(request: CopyRequest): Tree {
  const { sources, destination, workingDirectory, into, keepsParents = false } = request;
  const from = new TreeIndex(request.from);
  const image = new TreeIndex(into);
  const matched = matchSources(from, sources);
  const target = image.resolve(destination, workingDirectory);
  const isDirectory =
    matched.length > 1 || keepsParents || /(^|\/)\.?\.?\/?$/.test(destination) || image.isDirectory(target);
  const selected = new Map<string, TreeEntry>();
  for (const source of matched) {
    const real = from.resolve(source);
    const entry = from.get(real);
    const above = keepsParents ? inDirectory(target, posix.dirname(source)) : target;
    if (real !== "" && entry?.type !== "directory") {
      if (entry !== undefined)
        add({ ...entry, path: isDirectory ? inDirectory(above, posix.basename(source)) : target });
      continue;
    }
    // A directory gives its contents, not itself.
    const into = keepsParents ? inDirectory(target, source) : target;
    if (into !== "") add({ path: into, type: "directory", mode: 0o755 });
    const below = real === "" ? "" : `${real}/`;
    for (const found of request.from) {
      if (found.path.startsWith(below)) add({ ...found, path: inDirectory(into, found.path.slice(below.length)) });
    }
  }
  return sortTree(selected.values());

  function add(entry: TreeEntry): void {
    selected.set(entry.path, entry);
  }
}

/**
 * `tree` with `added` laid over it; missing directories above are made.
 *
 * @throws Error as Docker words it where a directory would take the place of something else, or the other way round
 */
export function overlay(tree: Tree, added: Tree): Tree {
  const entries = new Map(tree.map((entry) => [entry.path, entry]));
  for (const entry of added) {
    for (let parent = posix.dirname(entry.path); parent !== "."; parent = posix.dirname(parent)) {
      const above = entries.get(parent);
      if (above === undefined) entries.set(parent, { path: parent, type: "directory", mode: 0o755 });
      else if (above.type !== "directory") throw new Error(`cannot copy to non-directory: /${parent}`);
    }
    const existing = entries.get(entry.path);
    if (existing?.type === "directory" && entry.type === "directory") continue;
    if (existing?.type === "directory")
      throw new Error(`cannot replace the directory /${entry.path} with a file or a link`);
    if (existing !== undefined && entry.type === "directory")
      throw new Error(`cannot copy to non-directory: /${entry.path}`);
    entries.set(entry.path, entry);
  }
  return sortTree(entries.values());
}

/** Each source that is there. A pattern may match nothing where another source matches, as for Docker. */
function matchSources(from: TreeIndex, sources: readonly string[]): string[] {
  const matched = sources.flatMap((source) => {
    const path = imagePath(source, "/");
    if (isGlob(path)) {
      const matches = globMatcher(path);
      return from.tree.filter((entry) => matches(entry.path)).map((entry) => entry.path);
    }
    const real = from.resolve(path);
    if (real === "" || from.get(real) !== undefined) return [path];
    throw new Error(
      `COPY failed: file not found in build context or excluded by .dockerignore: stat ${path}: file does not exist`,
    );
  });
  if (matched.length > 0) return matched;
  throw new Error(`COPY failed: no source files were specified: nothing matches ${sources.join(", ")}`);
}

function inDirectory(directory: string, name: string): string {
  return [directory, name].filter((part) => part !== "" && part !== ".").join("/");
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
