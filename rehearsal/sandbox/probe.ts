import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { nodeInside, sandboxCommand, throwIfUnusable } from "./sandbox";
import { removeTree } from "./remove-tree";

const timeLimitMs = 20_000;

/**
 * Sets a sandbox up in `directory` and starts Node in it: some systems let a namespace be made and refuse its mounts.
 * Returns why namespaces cannot be had there, in one line, or undefined.
 */
export async function probeSandbox(directory: string): Promise<string | undefined> {
  if (process.platform !== "linux") return `${process.platform} has no namespaces`;
  try {
    throwIfUnusable(directory);
  } catch (error) {
    return (error as Error).message;
  }
  await mkdir(directory, { recursive: true });
  const place = await mkdtemp(join(directory, "sandbox-"));
  try {
    const [imageDirectory, writableDirectory] = [join(place, "image"), join(place, "writable")];
    await mkdir(imageDirectory);
    await mkdir(writableDirectory);
    const request = { imageDirectory, writableDirectory, workingDirectory: "/", environment: {} };
    const output = await run({ ...request, command: [nodeInside, "--version"], network: "machine" });
    return output.trim() === process.version ? undefined : reasonIn(output);
  } finally {
    await removeTree(place);
  }
}

async function run(request: Parameters<typeof sandboxCommand>[0]): Promise<string> {
  const { command, environment } = sandboxCommand(request);
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeLimitMs,
    killSignal: "SIGKILL",
  });
  const failed = new Promise<string>((resolve) => child.on("error", (error) => resolve(error.message)));
  return Promise.race([failed, Promise.all([text(child.stderr), text(child.stdout)]).then((texts) => texts.join(""))]);
}

function reasonIn(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? "a sandbox did not start" : lines.slice(-2).join("; ");
}

/** The process 1 inside, once the command has been started, as this machine numbers it; undefined if it has not. */
export async function findInitProcess(outermost: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${outermost}/status`, "utf8").catch(() => "");
  // The privileges are given up right before the command starts.
  if (/^NSpid:\t\d+(\t\d+)*\t1$/m.test(status)) return /^NoNewPrivs:\t1$/m.test(status) ? outermost : undefined;
  const children = await readFile(`/proc/${outermost}/task/${outermost}/children`, "utf8").catch(() => "");
  for (const child of children.split(" ").filter((text) => text.trim() !== "")) {
    const found = await findInitProcess(Number(child));
    if (found !== undefined) return found;
  }
  return undefined;
}
