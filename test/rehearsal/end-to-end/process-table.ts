import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

interface Row {
  readonly pid: number;
  readonly parent: number;
  /** Nothing of it runs any more: it is being taken down, or waits to be collected. */
  readonly hasEnded: boolean;
  readonly command: string;
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

/** Those of `pids` that still run, each with its command. */
export function stillRunning(pids: Iterable<number>): string[] {
  const wanted = new Set(pids);
  return processTable()
    .filter(({ pid, hasEnded }) => wanted.has(pid) && !hasEnded)
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** The processes that run with this word in their command, in whichever namespace they are. */
export function runningWith(word: string): string[] {
  return processTable()
    .filter(({ command, hasEnded }) => command.includes(word) && !hasEnded)
    .map(({ pid, command }) => `${pid} ${command}`);
}

function processTable(): Row[] {
  if (existsSync("/proc/self/stat")) return readdirSync("/proc").flatMap((name) => procRow(name) ?? []);
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,state=,command="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, state = "", ...command] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), hasEnded: /[ZE]/.test(state), command: command.join(" ") };
  });
}

/** The kernel's PF_EXITING. Source: proc(5), /proc/pid/stat, and Linux's include/linux/sched.h. */
const exiting = 0x4;

function procRow(name: string): Row | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
    // The program's name stands in parentheses and may have any in it.
    const [state, parent, , , , , flags] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // One that ends closes its pipes, by which others learn of its end, a moment before it becomes a zombie.
    const hasEnded = state === "Z" || (Number(flags) & exiting) !== 0;
    const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid: Number(name), parent: Number(parent), hasEnded, command };
  } catch {
    return undefined;
  }
}
