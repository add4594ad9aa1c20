import { spawn } from "node:child_process";
import { devNull } from "node:os";
import { buffer, text } from "node:stream/consumers";

export interface GitOptions {
  readonly cwd: string;
  /** @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends git; the promise then rejects with its reason. @default nothing does */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the real git, deaf to the person's and the machine's configuration; returns its stdout.
 * @throws Error with git's own message.
 */
export async function git(words: readonly string[], { cwd, environment = {}, signal }: GitOptions): Promise<Buffer> {
  signal?.throwIfAborted();
  const child = spawn("git", words, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...inherited(), ...isolation, ...environment },
    ...(signal ? { signal, killSignal: "SIGKILL" as const } : {}),
  });
  const exit = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === "ENOENT" && error.syscall?.startsWith("spawn");
      reject(isMissing ? new Error("git is needed for the rehearsal's source; install it and try again.") : error);
    });
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  const ended = Promise.all([buffer(child.stdout), text(child.stderr), exit]);
  const [output, errors, status] = await ended.catch((error: Error) => {
    signal?.throwIfAborted();
    throw error;
  });
  if (status === 0) return output;
  throw new Error(`git ${words.join(" ")} failed (exit status ${status}):\n${errors.trim()}`);
}

/** The same, for output that is one line or a few. */
export async function gitText(words: readonly string[], options: GitOptions): Promise<string> {
  return (await git(words, options)).toString("utf8").trim();
}

const isolation = {
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_SYSTEM: devNull,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  // Both files have a default place that counts without any configuration.
  GIT_CONFIG_COUNT: "2",
  GIT_CONFIG_KEY_0: "core.excludesFile",
  GIT_CONFIG_VALUE_0: devNull,
  GIT_CONFIG_KEY_1: "core.attributesFile",
  GIT_CONFIG_VALUE_1: devNull,
  GIT_ATTR_NOSYSTEM: "1",
  LC_ALL: "C",
};

/** Without GIT_DIR and its kind: the rehearsal may itself be started by a git hook. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
}
