// Cleans up after a rehearsal that was killed. It reads lines from its stdin, whose other end the rehearsal holds:
//   dir <path>   a directory to remove
//   +<pgid>      a process group that runs
//   -<pgid>      one that has ended
// When stdin ends, the rehearsal is gone: what is still listed is killed and removed. Plain JavaScript, so that it
// starts at once and needs nothing but Node.
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";

const groups = new Set();
let directory;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const pgid = Number(line.slice(1));
  if (line.startsWith("dir ")) directory = line.slice("dir ".length);
  else if (line.startsWith("+")) groups.add(pgid);
  else if (line.startsWith("-")) groups.delete(pgid);
});
input.on("close", () => {
  for (const pgid of groups) kill(pgid);
  // Never anything but what a workspace made.
  if (directory !== undefined && basename(directory).startsWith("greenlight-")) {
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  process.exit();
});

function kill(pgid) {
  // 0 and 1 would mean our own group and every process there is.
  if (!Number.isInteger(pgid) || pgid <= 1) return;
  try {
    process.kill(-pgid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
