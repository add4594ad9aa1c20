import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

interface Row {
  readonly pid: number;
  readonly parent: number;
  /** `Z` of one that has ended and is not yet collected. */
  readonly state: string;
}

/** The processes that `pid` has started, and those that these have started. */
export function descendants(pid: number): number[] {
  const table = processTable();
  const found = [pid];
  for (const parent of found) {
    found.push(...table.filter((row) => row.parent === parent).map((row) => row.pid));
  }
  return found.slice(1);
}

/** Those of `pids` that still run. */
export function stillRunning(pids: Iterable<number>): number[] {
  const wanted = new Set(pids);
  return processTable()
    .filter(({ pid, state }) => wanted.has(pid) && !state.startsWith("Z"))
    .map(({ pid }) => pid);
}

function processTable(): Row[] {
  if (existsSync("/proc/self/stat")) return readdirSync("/proc").flatMap((name) => procRow(name) ?? []);
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,state="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, state = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state };
  });
}

function procRow(name: string): Row | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
    // The program's name stands in parentheses and may have any in it.
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid: Number(name), parent: Number(parent), state };
  } catch {
    return undefined;
  }
}
