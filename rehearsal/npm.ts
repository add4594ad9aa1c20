import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

interface ProcessRow {
  readonly parent: number;
  /** The program's name, which may be a path. */
  readonly name: string;
}

/**
 * Watches the npm that has started this process, which may start a shell in between: the returned function says whether
 * npm is gone. npm that is killed tells nobody; npm itself may outlive whoever started it, as under nohup.
 */
export function watchNpm(processOf: (pid: number) => ProcessRow | undefined = readProcess): () => boolean {
  const { ppid } = process;
  const shell = processOf(ppid);
  const npm = shell && /sh$/.test(shell.name) ? shell.parent : undefined;
  return () => process.ppid !== ppid || (npm !== undefined && processOf(ppid)?.parent !== npm);
}

function readProcess(pid: number): ProcessRow | undefined {
  try {
    if (process.platform !== "linux") return readWithPs(pid);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name stands in parentheses and may have any in it.
    const end = stat.lastIndexOf(")");
    return { name: stat.slice(stat.indexOf("(") + 1, end), parent: Number(stat.slice(end + 2).split(" ")[1]) };
  } catch {
    return undefined;
  }
}

function readWithPs(pid: number): ProcessRow | undefined {
  const line = execFileSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], { encoding: "utf8" });
  const [, parent, name = ""] = /^\s*(\d+)\s+(.*)$/.exec(line.trimEnd()) ?? [];
  return parent === undefined ? undefined : { parent: Number(parent), name };
}
