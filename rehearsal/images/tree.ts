import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, readdir, readFile, readlink, realpath, symlink } from "node:fs/promises";
import { join, posix } from "node:path";
import type { BlobStore } from "./blob-store";

/** One file, directory or symbolic link of an image; `path` is relative to the image's root, with `/`. */
export type TreeEntry =
  | { readonly path: string; readonly type: "directory"; readonly mode: number }
  | {
      readonly path: string;
      readonly type: "file";
      readonly mode: number;
      readonly digest: string;
      readonly bytes: number;
    }
  | { readonly path: string; readonly type: "link"; readonly target: string };

/** A whole file system, sorted by path: equal contents give an equal JSON text and so an equal digest. */
export type Tree = readonly TreeEntry[];

/** Files handled at once; more would only queue in Node's thread pool. */
const parallelFiles = 16;

export function sortTree(entries: Iterable<TreeEntry>): Tree {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Reads `directory` into a tree and puts every file's content into `blobs`. Sockets and devices are left out. */
export async function readTree(
  directory: string,
  blobs: BlobStore,
  isIncluded: (path: string, isDirectory: boolean) => boolean = () => true,
): Promise<Tree> {
  const root = await realpath(directory);
  const entries: TreeEntry[] = [];
  const files: string[] = [];
  const visit = async (parent: string): Promise<void> => {
    for (const found of await readdir(join(root, parent), { withFileTypes: true })) {
      const path = parent === "" ? found.name : `${parent}/${found.name}`;
      if (!isIncluded(path, found.isDirectory())) continue;
      if (found.isSymbolicLink()) {
        entries.push({ path, type: "link", target: withoutRoot(await readlink(join(root, path)), root) });
      } else if (found.isDirectory()) {
        entries.push({ path, type: "directory", mode: (await lstat(join(root, path))).mode & 0o777 });
        await visit(path);
      } else if (found.isFile()) {
        files.push(path);
      }
    }
  };
  await visit("");
  await inParallel(files, async (path) => {
    const content = await readFile(join(root, path));
    const { mode } = await lstat(join(root, path));
    entries.push({ path, type: "file", mode: mode & 0o777, digest: await blobs.put(content), bytes: content.length });
  });
  return sortTree(entries);
}

/**
 * Writes `tree` as `directory`, which is made, for programs that see the whole machine: files are copies, which may be
 * changed, and links lead to their place below `directory`, never outside.
 */
export async function writeTree(tree: Tree, directory: string, blobs: BlobStore): Promise<void> {
  await mkdir(directory, { recursive: true });
  const root = await realpath(directory);
  const targetOf = ({ path, target }: TreeEntry & { type: "link" }): string => {
    const parent = posix.resolve("/", posix.dirname(path));
    const inside = posix.resolve(parent, target);
    // No ".." after a name, which might be a link.
    return target.startsWith("/") ? root + inside : posix.relative(parent, inside) || ".";
  };
  await write(tree, root, targetOf, async (path, { digest, mode }) => {
    await copyFile(blobs.path(digest), path, constants.COPYFILE_FICLONE);
    await chmod(path, mode);
  });
}

/** Writes `tree` as `directory`, which is made, for sandboxes: files are shared and read only, links are as they are. */
export async function linkTree(tree: Tree, directory: string, blobs: BlobStore): Promise<void> {
  await mkdir(directory, { recursive: true });
  const targetOf = ({ target }: TreeEntry & { type: "link" }): string => target;
  await write(tree, directory, targetOf, (path, { digest, mode }) => blobs.linkTo(path, digest, mode));
}

async function write(
  tree: Tree,
  root: string,
  targetOf: (entry: TreeEntry & { type: "link" }) => string,
  writeFile: (path: string, entry: TreeEntry & { type: "file" }) => Promise<void>,
): Promise<void> {
  const directories = new Set(["."]);
  for (const entry of tree) {
    // Nothing is written through a link, whatever made the tree.
    if (!directories.has(posix.dirname(entry.path))) throw new Error(`/${entry.path} does not lie in a folder`);
    if (entry.type === "directory") {
      await mkdir(join(root, entry.path), { recursive: true });
      directories.add(entry.path);
    }
  }
  await inParallel(tree, async (entry) => {
    if (entry.type === "link") await symlink(targetOf(entry), join(root, entry.path));
    else if (entry.type === "file") await writeFile(join(root, entry.path), entry);
  });
  // Last and innermost first, since a directory may be closed to writing.
  for (const entry of [...tree].reverse()) {
    if (entry.type === "directory") await chmod(join(root, entry.path), entry.mode);
  }
}

function withoutRoot(target: string, root: string): string {
  return target.startsWith(`${root}/`) ? target.slice(root.length) : target;
}

export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: parallelFiles }, worker));
}
