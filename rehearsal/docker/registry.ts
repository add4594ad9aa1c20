import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { freePort } from "../ecs/free-port";
import { exists } from "../images/blob-store";
import { answersAsRegistry } from "../images/registry-api";
import type { Workspace } from "../workspace";
import type { DockerEngine } from "./engine";

/** Docker's own registry, version 2, which has this name on Docker Hub; as a program it has either of these. */
const registryImage = "registry:2";
const registryPrograms = ["docker-registry", "registry"];

const startTimeoutMs = 30_000;

/**
 * Starts a registry of this rehearsal's own on loopback: the program where it is installed, else a container of its
 * image. Returns its address, `127.0.0.1:port`, which every engine takes without TLS.
 *
 * @throws Error if it cannot be started
 */
export async function startRegistry(engine: DockerEngine, workspace: Workspace, label: string): Promise<string> {
  const program = await findProgram();
  const address = program ? await startProgram(program, workspace) : await startContainer(engine, label);
  const giveUpAt = performance.now() + startTimeoutMs;
  while (!(await answersAsRegistry(address))) {
    if (performance.now() > giveUpAt) throw new Error(`the registry at ${address} does not answer`);
    await sleep(50);
  }
  return address;
}

async function findProgram(): Promise<string | undefined> {
  const directories = (process.env.PATH ?? "").split(delimiter);
  const paths = registryPrograms.flatMap((name) => directories.map((directory) => join(directory, name)));
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}

async function startProgram(program: string, workspace: Workspace): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const directory = join(workspace.directory, "registry");
  const configuration = {
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, "storage") } },
    http: { addr: address, secret: "rehearsal" },
  };
  await mkdir(directory);
  await writeFile(join(directory, "config.yml"), stringify(configuration));
  const child = spawn(program, ["serve", join(directory, "config.yml")], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, ...workspace.processes.mark },
  });
  const ended = once(child, "exit").catch(() => undefined);
  const { pid } = child;
  if (pid !== undefined) workspace.processes.add(pid);
  workspace.onClose(async () => {
    child.kill("SIGKILL");
    await ended;
    if (pid !== undefined) workspace.processes.remove(pid);
  });
  return address;
}

async function startContainer({ run }: DockerEngine, label: string): Promise<string> {
  const id = await run("run", "--detach", "--rm", "--label", label, "--publish", "127.0.0.1::5000", registryImage);
  return run("port", id, "5000/tcp");
}
