import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, readdir, readFile, readlink, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
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

/** Writes `tree` as `directory`, which is made; the files are copies, so a container may change them. */
export async function writeTree(tree: Tree, directory: string, blobs: BlobStore): Promise<void> {
  await mkdir(directory, { recursive: true });
  const root = await realpath(directory);
  const paths = new Set(tree.map((entry) => `/${entry.path}`));
  for (const entry of tree) {
    if (entry.type === "directory") await mkdir(join(root, entry.path), { recursive: true });
    else if (entry.type === "link") {
      // A link to an absolute path of the image points into this copy of it.
      await symlink(paths.has(entry.target) ? root + entry.target : entry.target, join(root, entry.path));
    }
  }
  const files = tree.filter((entry) => entry.type === "file");
  await inParallel(files, async (entry) => {
    const path = join(root, entry.path);
    await copyFile(blobs.path(entry.digest), path, constants.COPYFILE_FICLONE);
    await chmod(path, entry.mode);
  });
  // Last and innermost first, since a directory may be closed to writing.
  for (const entry of [...tree].reverse()) {
    if (entry.type === "directory") await chmod(join(root, entry.path), entry.mode);
  }
}

function withoutRoot(target: string, root: string): string {
  return target.startsWith(`${root}/`) ? target.slice(root.length) : target;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: parallelFiles }, worker));
}
