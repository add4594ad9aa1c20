import { constants } from "node:fs";
import { copyFile, lstat, mkdir, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Files that are copied at a time. */
const sideBySide = 16;

/**
 * Copies files and symbolic links, each under its own path. What is not there any more, what is neither, and what lies
 * behind a linked folder is left out: git keeps none of them.
 */
export async function copyFiles(
  files: readonly string[],
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  const folders = new Map<string, Promise<boolean>>([[".", mkdir(to, { recursive: true }).then(() => true)]]);
  const isReal = (folder: string): Promise<boolean> => {
    const known = folders.get(folder);
    if (known) return known;
    const found = isReal(dirname(folder)).then(async (above) => {
      if (!above || !(await statOf(join(from, folder)))?.isDirectory()) return false;
      await mkdir(join(to, folder), { recursive: true });
      return true;
    });
    folders.set(folder, found);
    return found;
  };
  const left = [...files].reverse();
  const work = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      signal?.throwIfAborted();
      if (await isReal(dirname(path))) await copyOne(join(from, path), join(to, path));
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
}

async function copyOne(from: string, to: string): Promise<void> {
  const found = await statOf(from);
  if (found?.isSymbolicLink()) await symlink(await readlink(from), to);
  else if (found?.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE);
}

function statOf(path: string) {
  return lstat(path).catch(() => undefined);
}
