import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defaultPath } from "../sandbox/sandbox";
import type { Image } from "./image";
import { homeOf } from "./run-environment";
import { withoutInit } from "./start-command";

/** What a task definition says of a container besides its image. */
export interface ContainerRequest {
  /** The task definition's environment and secrets; they win over the image's. */
  readonly environment: Readonly<Record<string, string>>;
  /** Instead of the image's ENTRYPOINT. @default the image's */
  readonly entryPoint?: readonly string[];
  /** Instead of the image's CMD. @default the image's, unless an entry point is given */
  readonly command?: readonly string[];
  /** The command of its health check: `CMD` and words, `CMD-SHELL` and one text, or just words. @default none */
  readonly healthCheck?: readonly string[];
}

/** A container's first process, as the image and the task definition describe it; its paths are the image's. */
export interface ContainerProcess {
  readonly command: readonly [string, ...string[]];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Its health check's command, if it has one. */
  readonly healthCheckCommand?: readonly string[];
}

/** @throws Error if neither the image nor the task definition has a command */
export function containerProcess(image: Image, request: ContainerRequest): ContainerProcess {
  const { config } = image;
  const entryPoint = request.entryPoint ?? config.Entrypoint ?? [];
  const command = request.command ?? (request.entryPoint === undefined ? config.Cmd : undefined) ?? [];
  const [program, ...rest] = withoutInit([...entryPoint, ...command]);
  if (program === undefined)
    throw new Error(`The image ${image.digest} has no command, and the task definition gives none.`);
  const own = Object.fromEntries(config.Env.map((text) => text.split(/=(.*)/s, 2) as [string, string]));
  const { healthCheck } = request;
  return {
    command: [program, ...rest],
    workingDirectory: config.WorkingDir,
    environment: { PATH: defaultPath, HOME: homeOf(config.User), ...own, ...request.environment },
    ...(healthCheck ? { healthCheckCommand: checkCommand(healthCheck) } : {}),
  };
}

/** The same for a process that nothing confines: `spawn(command[0], command.slice(1), { cwd, env: environment })`. */
export interface PreparedContainer {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthCheckCommand?: readonly string[];
}

/**
 * Gives a container a writable copy of its image at `directory`, where no sandbox can be had. A path of the image in the
 * command or the environment becomes its place on disk, if it exists in the image.
 */
export async function prepareContainer(
  image: Image,
  request: ContainerRequest & { readonly directory: string },
): Promise<PreparedContainer> {
  const { command, environment, workingDirectory, healthCheckCommand } = containerProcess(image, request);
  await image.unpack(request.directory);
  const root = await realpath(request.directory);
  const { PATH, HOME = "/root", ...others } = environment;
  const home = join(root, HOME);
  await mkdir(home, { recursive: true });
  const cwd = join(root, workingDirectory);
  await mkdir(cwd, { recursive: true });
  const [program, ...rest] = command.map((word) => mapPaths(word, root)) as [string, ...string[]];
  const check = healthCheckCommand?.map((word, index) => {
    const mapped = mapPaths(word, root);
    return index === 0 ? onThisMachine(mapped) : mapped;
  });
  return {
    command: [onThisMachine(program), ...rest],
    ...(check ? { healthCheckCommand: check } : {}),
    cwd,
    environment: {
      HOME: home,
      ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, mapPaths(value, root)])),
      PATH: searchPath(PATH, root),
    },
  };
}

/** Source: ECS API, HealthCheck. */
function checkCommand([kind = "", ...rest]: readonly string[]): string[] {
  if (kind === "CMD-SHELL") return ["/bin/sh", "-c", rest.join(" ")];
  return kind === "CMD" ? rest : [kind, ...rest];
}

function onThisMachine(program: string): string {
  return program === "node" || program.endsWith("/nodejs/bin/node") ? process.execPath : program;
}

/** Absolute paths in `text`, alone, after `=` or between `:`, as their place below `root`, if they exist there. */
function mapPaths(text: string, root: string): string {
  return text.replace(/(?<=^|[\s"'=:;(])\/[^\s"':;)/][^\s"':;)]*/g, (path) =>
    existsSync(join(root, path)) ? root + path : path,
  );
}

/** This machine's Node first, then the directories of the image's PATH that exist in it, then the system's. */
function searchPath(path: string | undefined, root: string): string {
  const own = (path ?? "").split(":").filter((directory) => directory !== "" && existsSync(join(root, directory)));
  const system = "/usr/local/bin:/usr/bin:/bin";
  return [dirname(process.execPath), ...own.map((directory) => join(root, directory)), system].join(":");
}
