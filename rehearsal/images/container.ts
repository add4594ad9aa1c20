import { mkdir, realpath } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Image } from "./image";
import { mapPaths, searchPath } from "./image-paths";

export interface ContainerRequest {
  /** The container's own file system is written here; whoever starts the container removes it. */
  readonly directory: string;
  /** The task definition's environment and secrets; they win over the image's. */
  readonly environment: Readonly<Record<string, string>>;
  /** Instead of the image's ENTRYPOINT. @default the image's */
  readonly entryPoint?: readonly string[];
  /** Instead of the image's CMD. @default the image's, unless an entry point is given */
  readonly command?: readonly string[];
  /** The command of its health check: `CMD` and words, `CMD-SHELL` and one text, or just words. @default none */
  readonly healthCheck?: readonly string[];
}

/** What to start as the container's process: `spawn(command[0], command.slice(1), { cwd, env: environment })`. */
export interface PreparedContainer {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The same for its health check, if it has one. */
  readonly healthCheckCommand?: readonly string[];
}

/** A container's first process often is one of these; here the process has no children to adopt. */
const initPrograms = new Set(["tini", "dumb-init"]);

/**
 * Gives a container a writable copy of its image and says how its process is started. A path of the image in the command
 * or the environment becomes its place on disk, if it exists in the image.
 */
export async function prepareContainer(image: Image, request: ContainerRequest): Promise<PreparedContainer> {
  await image.unpack(request.directory);
  const root = await realpath(request.directory);
  const { config } = image;
  const entryPoint = request.entryPoint ?? config.Entrypoint ?? [];
  const command = request.command ?? (request.entryPoint === undefined ? config.Cmd : undefined) ?? [];
  const words = [...entryPoint, ...command].map((word) => mapPaths(word, root));
  while (initPrograms.has(posix.basename(words[0] ?? ""))) words.splice(0, words[1] === "--" ? 2 : 1);
  const [program, ...rest] = words;
  if (program === undefined)
    throw new Error(`The image ${image.digest} has no command, and the task definition gives none.`);

  const own = Object.fromEntries(config.Env.map((text) => text.split(/=(.*)/s, 2) as [string, string]));
  const { PATH, ...environment } = { ...own, ...request.environment };
  const home = join(root, "root");
  await mkdir(home, { recursive: true });
  const cwd = join(root, config.WorkingDir);
  await mkdir(cwd, { recursive: true });
  const { healthCheck } = request;
  return {
    command: [onThisMachine(program), ...rest],
    ...(healthCheck ? { healthCheckCommand: checkCommand(healthCheck, root) } : {}),
    cwd,
    environment: {
      HOME: home,
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, mapPaths(value, root)])),
      PATH: searchPath(PATH, root, "/usr/local/bin:/usr/bin:/bin"),
    },
  };
}

/** Source: ECS API, HealthCheck. */
function checkCommand([kind = "", ...rest]: readonly string[], root: string): string[] {
  if (kind === "CMD-SHELL") return ["/bin/sh", "-c", mapPaths(rest.join(" "), root)];
  const words = (kind === "CMD" ? rest : [kind, ...rest]).map((word) => mapPaths(word, root));
  return words.map((word, index) => (index === 0 ? onThisMachine(word) : word));
}

function onThisMachine(program: string): string {
  return program === "node" ? process.execPath : program;
}
