import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** The Docker engine of this machine, through its own command line, which the buildspec needs anyway. */
export interface DockerEngine {
  readonly version: string;
  /** Variables with which a `docker` finds the engine and a configuration that is not the person's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `docker`; returns what it printed. @throws Error with its own message */
  readonly run: (...words: readonly string[]) => Promise<string>;
}

/**
 * Finds the engine that the person's own `docker` talks to.
 *
 * @param configDirectory for logins and the like; it is made
 * @throws Error that says what is missing
 */
export async function findEngine(configDirectory: string): Promise<DockerEngine> {
  const own = { ...process.env } as Record<string, string>;
  try {
    const host =
      own.DOCKER_HOST ?? (await docker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], own));
    await mkdir(configDirectory, { recursive: true });
    const plugins = join(own.DOCKER_CONFIG ?? join(homedir(), ".docker"), "cli-plugins");
    await writeFile(join(configDirectory, "config.json"), JSON.stringify({ cliPluginsExtraDirs: [plugins] }));
    const environment = { DOCKER_HOST: host, DOCKER_CONFIG: configDirectory };
    const run = (...words: readonly string[]) => docker(words, { ...own, ...environment });
    return { version: await run("version", "--format", "{{.Server.Version}}"), environment, run };
  } catch (error) {
    const wayOut = "Install Docker and start it, or leave --runtime docker out: without it no Docker is needed.";
    throw new Error(`--runtime docker needs a Docker engine on this machine: ${(error as Error).message}. ${wayOut}`, {
      cause: error,
    });
  }
}

async function docker(words: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn("docker", words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const exit = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error("there is no docker command on PATH") : error),
    );
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  if (status === 0) return output.trim();
  throw new Error(errors.trim() || `docker ${words.join(" ")} ended with exit status ${status}`);
}
