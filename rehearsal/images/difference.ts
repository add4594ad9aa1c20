import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { UpperLayer } from "../sandbox/layers";
import type { BlobStore } from "./blob-store";
import { inParallel, sortTree, type Tree, type TreeEntry } from "./tree";

/**
 * `tree` after a program has run over it in a sandbox. Only what was written is read, and no link is followed. Deleted
 * files of the machine's own system are not noted.
 *
 * @param root a path by which this machine sees the sandbox's root
 */
export async function readDifference(
  tree: Tree,
  layers: readonly UpperLayer[],
  root: string,
  blobs: BlobStore,
): Promise<Tree> {
  const entries = new Map(tree.map((entry) => [entry.path, entry]));
  const childrenOf = new Map<string, string[]>();
  for (const { path } of tree) {
    const slash = path.lastIndexOf("/");
    const parent = slash < 0 ? "" : path.slice(0, slash);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), path.slice(slash + 1)]);
  }
  const files: { path: string; file: string; mode: number }[] = [];

  const remove = (path: string): void => {
    if (entries.get(path)?.type === "directory") {
      for (const name of childrenOf.get(path) ?? []) remove(`${path}/${name}`);
    }
    entries.delete(path);
  };
  const set = (entry: TreeEntry): void => {
    if (entry.type !== "directory" || entries.get(entry.path)?.type !== "directory") remove(entry.path);
    entries.set(entry.path, entry);
  };
  const visit = async (directory: string, path: string, ignored: ReadonlySet<string>): Promise<void> => {
    const before = childrenOf.get(path) ?? [];
    if (before.length > 0) {
      // A folder that was removed and made again hides what was in it.
      const left = new Set(await readdir(join(root, path)).catch(() => []));
      for (const name of before) if (!ignored.has(name) && !left.has(name)) remove(inside(path, name));
    }
    for (const name of await readdir(directory).catch(() => [])) {
      if (ignored.has(name)) continue;
      const found = join(directory, name);
      const at = inside(path, name);
      const stats = await lstat(found);
      if (stats.isSymbolicLink()) set({ path: at, type: "link", target: await readlink(found) });
      else if (stats.isDirectory()) {
        set({ path: at, type: "directory", mode: stats.mode & 0o1777 });
        await visit(found, at, new Set());
      } else if (stats.isFile()) files.push({ path: at, file: found, mode: stats.mode & 0o777 });
      // A character device stands for a file that was removed; see above.
    }
  };
  for (const { directory, path, ignored } of layers) {
    if (path !== "" && !entries.has(path) && (await readdir(directory)).length > 0)
      entries.set(path, { path, type: "directory", mode: 0o755 });
    await visit(directory, path, ignored);
  }
  await inParallel(files, async ({ path, file, mode }) => {
    set({ path, type: "file", mode, ...(await blobs.adopt(file, mode)) });
  });
  return sortTree(entries.values());
}

function inside(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
