// Removes a folder in which somebody may still write, and whose folders may be closed to us. Plain JavaScript: the reaper
// has no loader.
import { chmod, lstat, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const pauseMs = 50;
/** Below the system's limit for a path, by the longest name that a folder may have. */
const longestPath = 3_500;

/** Removes the folder, and follows no link. Rejects with the error of what cannot be removed, after having tried for a while */
export async function removeFolder(folder, { patienceMs = 5_000 } = {}) {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      await removeTree(folder, folder);
      return;
    } catch (error) {
      if (error.code === "ENOENT" && !(await exists(folder))) return;
      if (performance.now() > giveUpAt) throw error;
    }
    await sleep(pauseMs);
  }
}

async function removeTree(path, top) {
  const { mode } = await lstat(path);
  if ((mode & 0o700) !== 0o700) await chmod(path, mode | 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    let inside = join(path, entry.name);
    if (!entry.isDirectory()) {
      await removeFile(inside);
      continue;
    }
    if (inside.length > longestPath) {
      const nearer = join(top, `deep-${process.hrtime.bigint()}`);
      await rename(inside, nearer);
      inside = nearer;
    }
    await removeTree(inside, top);
  }
  await rmdir(path);
}

async function removeFile(path) {
  await unlink(path).catch((error) => {
    // Whoever made it may have removed it, too.
    if (error.code !== "ENOENT") throw error;
  });
}

async function exists(path) {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
