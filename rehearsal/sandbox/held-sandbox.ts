import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { sandboxCommand, type SandboxRequest } from "./sandbox";

export interface HeldSandbox<T> {
  /** The command's exit status. */
  readonly status: number;
  /** What `inspect` returned. */
  readonly result: T;
}

/**
 * Runs a command in a sandbox and calls `inspect` when every process in it has ended, with a path by which this machine
 * sees the sandbox's root; then the sandbox goes.
 *
 * @throws Error with what the sandbox printed if it could not be set up
 */
export async function runHeldSandbox<T>(
  request: SandboxRequest,
  output: (line: string) => void,
  inspect: (root: string, status: number) => Promise<T>,
): Promise<HeldSandbox<T>> {
  const { command, environment } = sandboxCommand({ ...request, hold: true });
  const [program, ...words] = command;
  const child = spawn(program, words, { env: environment, cwd: "/", stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const failed = new Promise<never>((_, reject) => child.on("error", reject));
  failed.catch(() => undefined);
  const closed = once(child, "close");
  child.stdin.on("error", () => undefined);
  const before: string[] = [];
  let isStarted = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => (isStarted ? output(line) : before.push(line)));
  }
  const ended = new Promise<number | undefined>((resolve) => {
    const marks = createInterface({ input: child.stdio[3] as Readable });
    marks.on("line", (line) => {
      if (line === "started") {
        isStarted = true;
        before.splice(0).forEach(output);
      } else if (line.startsWith("ended ")) resolve(Number(line.slice("ended ".length)));
    });
    marks.on("close", () => resolve(undefined));
  });
  const status = await Promise.race([ended, failed]);
  try {
    if (status === undefined || !isStarted) {
      child.stdin.end();
      await closed;
      throw new Error(`A sandbox could not be set up: ${before.join("; ")}`);
    }
    const root = `/proc/${child.pid}/root${request.writableDirectory}/stage/new`;
    return { status, result: await inspect(root, status) };
  } finally {
    child.stdin.end();
    await closed;
  }
}
