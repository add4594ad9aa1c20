import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { findInitProcess } from "./probe";

/** A port in a sandbox's own network, and the Unix socket of this machine that leads to it. */
export interface RelayedPort {
  readonly socketPath: string;
  /** The sandbox's own address. */
  readonly host: string;
  readonly port: number;
}

const program = join(__dirname, "relay.mjs");
const pollMs = 10;

/**
 * Starts the relay into the sandbox whose outermost process is `sandboxed`. It sees this machine's files, so nothing of it
 * is visible inside but its connections. Resolves when it listens, or with nothing if the sandbox has ended before.
 *
 * @param environment marks the process, which leads a process group of its own
 * @throws Error with what it printed if it does not start
 */
export async function startRelay(
  sandboxed: ChildProcess,
  { socketPath, host, port }: RelayedPort,
  environment: Readonly<Record<string, string>> = {},
): Promise<ChildProcess | undefined> {
  const initProcessId = await initProcessOf(sandboxed);
  if (initProcessId === undefined) return undefined;
  const nsenter = ["nsenter", "--target", String(initProcessId), "--user", "--preserve-credentials", "--net"];
  const words = [...nsenter.slice(1), process.execPath, program, socketPath, host, String(port)];
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...environment };
  const relay = spawn("nsenter", words, { env, cwd: "/", detached: true, stdio: ["pipe", "pipe", "pipe"] });
  relay.stdin.on("error", () => undefined);
  const printed: string[] = [];
  createInterface({ input: relay.stderr }).on("line", (line) => printed.push(line));
  const failure = await new Promise<string | undefined>((resolve) => {
    createInterface({ input: relay.stdout }).on("line", () => resolve(undefined));
    relay.once("error", (error) => resolve(error.message));
    relay.once("close", () => resolve(printed.join("; ") || "it ended at once"));
  });
  if (failure === undefined) return relay;
  if (hasEnded(sandboxed)) return undefined;
  throw new Error(`The relay into the task's network did not start: ${failure}`);
}

async function initProcessOf(sandboxed: ChildProcess): Promise<number | undefined> {
  while (!hasEnded(sandboxed)) {
    const found = sandboxed.pid === undefined ? undefined : await findInitProcess(sandboxed.pid);
    if (found !== undefined) return found;
    await sleep(pollMs);
  }
  return undefined;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
