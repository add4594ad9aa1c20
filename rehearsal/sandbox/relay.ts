import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createServer, connect } from "node:net";
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

/** What an app may call from its own network. */
export interface AllowedCall {
  readonly host: string;
  readonly port: number;
}

export interface OutgoingCalls {
  readonly allowed: readonly AllowedCall[];
  readonly onRefused: (call: AllowedCall) => void;
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
  { allowed, onRefused }: OutgoingCalls,
  environment: Readonly<Record<string, string>> = {},
): Promise<ChildProcess | undefined> {
  const initProcessId = await initProcessOf(sandboxed);
  if (initProcessId === undefined) return undefined;
  const nsenter = ["nsenter", "--target", String(initProcessId), "--user", "--preserve-credentials", "--net"];
  const egressPath = `${socketPath}-out`;
  const outgoing = JSON.stringify({ allowed, egressPath });
  const ready = `${socketPath}-ready`;
  const words = [...nsenter.slice(1), process.execPath, program, socketPath, host, String(port), ready, outgoing];
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...environment };
  const egress = await serveEgress(egressPath, allowed);
  const relay = spawn("nsenter", words, { env, cwd: "/", detached: true, stdio: ["pipe", "pipe", "pipe"] });
  relay.once("close", () => egress.close());
  relay.stdin.on("error", () => undefined);
  const printed: string[] = [];
  createInterface({ input: relay.stderr }).on("line", (line) => printed.push(line));
  const failure = await new Promise<string | undefined>((resolve) => {
    createInterface({ input: relay.stdout }).on("line", (line) => {
      const [what, calledHost = "", calledPort] = line.split(" ");
      if (what === "ready") resolve(undefined);
      else onRefused({ host: calledHost, port: Number(calledPort) });
    });
    relay.once("error", (error) => resolve(error.message));
    relay.once("close", () => resolve(printed.join("; ") || "it ended at once"));
  });
  if (failure === undefined) return relay;
  if (hasEnded(sandboxed)) return undefined;
  throw new Error(`The relay into the task's network did not start: ${failure}`);
}

/** Connects to what is allowed; the first line of a connection says to which. */
async function serveEgress(path: string, allowed: readonly AllowedCall[]) {
  const server = createServer({ allowHalfOpen: true }, (relay) => {
    relay.on("error", () => relay.destroy());
    relay.once("data", (data: Buffer) => {
      relay.pause();
      const end = data.indexOf("\n");
      const call = allowed.find(({ host, port }) => `${host} ${port}` === data.toString("latin1", 0, end));
      if (!call) return relay.destroy();
      relay.unshift(data.subarray(end + 1));
      const target = connect({ ...call, allowHalfOpen: true });
      target.on("error", () => relay.destroy()).on("close", () => relay.destroySoon());
      relay.on("close", () => target.destroy());
      relay.pipe(target);
      target.pipe(relay);
      return undefined;
    });
  }).listen(path);
  await once(server, "listening");
  return server;
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
