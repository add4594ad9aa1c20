// Ends processes by what stands in their environment, which they cannot leave as they can leave a group or a session.
// Plain JavaScript: the reaper has no loader.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const pauseMs = 20;
const commandLength = 80;

/**
 * Kills every process of this user in whose environment all of these variables stand, and what these have started; waits
 * until they are gone. Resolves with those that are not gone in time, each as its id and command.
 */
export async function endProcesses(variables, { patienceMs = 5_000 } = {}) {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = process.platform === "linux" ? markedOnLinux(assignments) : markedElsewhere(assignments);
    if (found.length === 0 || performance.now() > giveUpAt)
      return found.map(({ pid, command }) => `${pid} (${command})`);
    for (const { pid } of found) kill(pid);
    await sleep(pauseMs);
  }
}

function markedOnLinux(assignments) {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  // What has ended and waits to be collected has no environment any more.
  const marked = new Set(ids.filter((id) => holdsAll(`\0${readProc(id, "environ")}`, assignments, "\0")));
  return marked.size === 0 ? [] : withDescendants(ids.flatMap((id) => linuxRow(id, marked)));
}

function linuxRow(id, marked) {
  const stat = readProc(id, "stat");
  // The program's name stands in parentheses and may have any in it.
  const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (["", "Z", "X"].includes(state)) return [];
  const command = readProc(id, "cmdline").replaceAll("\0", " ").trim().slice(0, commandLength);
  return [{ pid: Number(id), parent: Number(parent), command, isMarked: marked.has(id) }];
}

/** Empty for a process that has ended, and for another user's environment. */
function readProc(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** As on macOS, whose `ps -E` shows the environment after the command. */
function markedElsewhere(assignments) {
  const words = ["-A", "-E", "-ww", "-o", "pid=,ppid=,state=,command="];
  const { stdout } = spawnSync("ps", words, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const rows = (stdout ?? "").split("\n").flatMap((line) => {
    const [, pid, parent, state, text] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state.startsWith("Z")) return [];
    const command = text.slice(0, commandLength);
    return [{ pid: Number(pid), parent: Number(parent), command, isMarked: holdsAll(`${text} `, assignments, " ") }];
  });
  return withDescendants(rows);
}

function holdsAll(environment, assignments, separator) {
  return assignments.every((assignment) => environment.includes(`${separator}${assignment}${separator}`));
}

function withDescendants(table) {
  const others = table.filter(({ pid }) => pid !== process.pid && pid > 1);
  const found = others.filter(({ isMarked }) => isMarked);
  for (const { pid } of found) found.push(...others.filter((row) => row.parent === pid && !found.includes(row)));
  return found;
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already, or another user's.
  }
}
