import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { shellQuote } from "./shell-quote";
import { dropAndStart, enterStage, setUp, variablePrefix } from "./setup-script";

/** One program that sees an image's files over this machine's system, and nothing else of the machine. */
export interface SandboxRequest {
  /** The image's files, a read-only layer that several sandboxes may share. */
  readonly imageDirectory: string;
  /** New and empty; what the program writes lies below it. It must not be on an overlay file system. */
  readonly writableDirectory: string;
  /** Program and arguments, as paths inside. */
  readonly command: readonly string[];
  /** Inside; it must exist. */
  readonly workingDirectory: string;
  /** The whole environment inside. @default for PATH alone: Docker's */
  readonly environment: Readonly<Record<string, string>>;
  /** `machine`: this machine's network. `own`: a network without any connection. */
  readonly network: "machine" | "own";
  /** IPv4 addresses of the sandbox's own network besides 127.0.0.1. @default none */
  readonly addresses?: readonly string[];
  /** @default none */
  readonly mounts?: readonly SandboxMount[];
  /** What `hostname` says. @default this machine's */
  readonly hostName?: string;
  /**
   * Keep the file system after the command: the file descriptor 3 then carries `started`, and `ended STATUS`; the
   * sandbox goes when its stdin ends. @default false
   */
  readonly hold?: boolean;
}

export interface SandboxMount {
  /** A file or folder of this machine; not used by a tmpfs. */
  readonly source: string;
  /** A path inside that leads through no link. */
  readonly target: string;
  /** `never`: read-only. `discarded`: what is written goes with the sandbox. `kept`: written to the source. */
  readonly writable: "never" | "discarded" | "kept" | "tmpfs";
}

/** What to spawn: the command, and its whole environment. */
export interface SandboxCommand {
  readonly command: [string, ...string[]];
  readonly environment: Record<string, string>;
}

/** Docker's default. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Where the machine's Node is inside, as in Node's own images. */
export const nodeInside = "/usr/local/bin/node";

/** A variable that a caller may add to mark the process: nothing inside sees it. */
export const markVariable = `${variablePrefix}WORKSPACE`;

/**
 * How the program is started in user, mount, PID, UTS and IPC namespaces of its own. It is process 1 of its namespace, as
 * a container's is: without a handler it ignores SIGTERM, and every process inside ends with it. The outermost process
 * must be killed, or the process 1 that `findInitProcess` finds be signalled.
 */
export function sandboxCommand(request: SandboxRequest): SandboxCommand {
  const { network, mounts = [], addresses = [], hold = false } = request;
  for (const path of [request.imageDirectory, request.writableDirectory]) throwIfUnusable(path);
  const namespaces = [
    "--user",
    "--map-root-user",
    "--mount",
    "--uts",
    "--ipc",
    ...(network === "own" ? ["--net"] : []),
  ];
  const own = {
    IMAGE: request.imageDirectory,
    WRITABLE: request.writableDirectory,
    UID: String(process.getuid?.() ?? 0),
    HOST_NAME: request.hostName ?? "",
    HOLD: hold ? "1" : "",
    ADDRESSES: addresses.join(" "),
    ENTER: enterStage,
    MOUNTS: mounts
      .map(({ source, target, writable }) => `$with_mount ${[writable, source, target].map(shellQuote).join(" ")}`)
      .join("\n"),
    ...nodeVariables(),
  };
  return {
    command: [
      "setpriv",
      "--pdeathsig",
      "KILL",
      "unshare",
      ...namespaces,
      "sh",
      "-c",
      setUp,
      "sandbox",
      ...words(request),
    ],
    environment: outerEnvironment(request, own),
  };
}

/** How a further program is started inside a sandbox whose process 1 has this id. */
export function enterSandbox(initProcessId: number, request: Inside & Pick<SandboxRequest, "network">): SandboxCommand {
  const nsenter = ["nsenter", "--target", String(initProcessId), ...entered(request)];
  return { command: ["setpriv", "--pdeathsig", "KILL", ...nsenter], environment: outerEnvironment(request, {}) };
}

/** The same before the sandbox is started, for a program with the same working directory and environment. */
export function enterLater(request: SandboxRequest): readonly string[] {
  const script = 'target=$(cat "$0") && exec setpriv --pdeathsig KILL nsenter --target "$target" "$@"';
  return ["/bin/sh", "-c", script, join(request.writableDirectory, "init"), ...entered(request)];
}

function entered(request: Inside & Pick<SandboxRequest, "network">): string[] {
  const namespaces = ["--user", "--mount", "--uts", "--ipc", "--pid", ...(request.network === "own" ? ["--net"] : [])];
  return ["--preserve-credentials", ...namespaces, "sh", "-c", dropAndStart, "sandbox", ...words(request)];
}

type Inside = Pick<SandboxRequest, "command" | "workingDirectory" | "environment">;

function outerEnvironment({ workingDirectory, environment }: Inside, own: Record<string, string>) {
  const exported = Object.entries({ PATH: defaultPath, ...environment }).filter(([name]) => isShellName(name));
  const variables = Object.fromEntries(Object.entries(own).map(([name, value]) => [variablePrefix + name, value]));
  const passed: Record<string, string> = {
    ...variables,
    [`${variablePrefix}DIRECTORY`]: workingDirectory,
    [`${variablePrefix}ENVIRONMENT`]: exported.map(([name, value]) => `export ${name}=${shellQuote(value)}`).join("\n"),
  };
  const names = [...Object.keys(passed), markVariable, `${variablePrefix}NAMES`];
  return { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...passed, [`${variablePrefix}NAMES`]: names.join(" ") };
}

/** A shell cannot export `spring.name`, which `env` can. */
function words({ command, environment }: Inside): string[] {
  const others = Object.entries(environment).filter(([name]) => !isShellName(name));
  return others.length === 0 ? [...command] : ["env", ...others.map(([name, value]) => `${name}=${value}`), ...command];
}

function isShellName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !name.startsWith(variablePrefix);
}

/** Node as in its own images, wherever this machine has it; its npm too, where `/usr` has none. */
function nodeVariables(): Record<string, string> {
  const node = realpathSync(process.execPath);
  if (node === nodeInside) return {};
  const prefix = dirname(dirname(node));
  const modules = join(prefix, "lib", "node_modules");
  return prefix !== "/usr" && existsSync(join(modules, "npm")) ? { NODE: node, NODE_MODULES: modules } : { NODE: node };
}

/** @throws Error for a path that the options of an overlay mount cannot name */
export function throwIfUnusable(path: string): void {
  const found = /[:,\\"]/.exec(path)?.[0];
  if (found !== undefined) throw new Error(`the path ${path} has a "${found}", which an overlay mount cannot name`);
}
