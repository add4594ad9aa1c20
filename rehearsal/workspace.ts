import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { endProcesses } from "./cleanup/end-processes.mjs";
import { removeFolder } from "./cleanup/remove-folder.mjs";
import type { ProcessRegistry } from "./ecs/process-group";
import { makeWorkspaceFolder } from "./workspace-folder";

/** What belongs to one rehearsal on a Docker engine. */
export interface DockerLeftovers {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** `key=value`, which all of its containers have. */
  readonly label: string;
  /** `host:port`, with which the names of all its images begin. @default it has none */
  readonly registry?: string;
}

type CleanUp = () => void | Promise<void>;

/**
 * Everything that a rehearsal has to leave behind nothing of: a directory, and what `onClose` was told.
 *
 * If this process dies without `close()`, even by SIGKILL, a reaper kills the registered process groups and removes the
 * directory.
 */
export class Workspace {
  private readonly cleanUps: CleanUp[] = [];
  private closed: Promise<void> | undefined;

  /** Use `createWorkspace`. */
  constructor(
    /** A new directory of this workspace's own, as an absolute path without symbolic links. */
    readonly directory: string,
    private readonly reaper: Reaper,
  ) {}

  /** Told of every process group while it runs. */
  get processes(): ProcessRegistry {
    return this.reaper;
  }

  /** Those that run now, by id. */
  get processGroups(): ReadonlySet<number> {
    return this.reaper.running;
  }

  /** Has what a rehearsal put into a Docker engine removed when it is over, killed or not. */
  removeFromDocker(leftovers: DockerLeftovers): void {
    this.reaper.removeFromDocker(leftovers);
  }

  /** Has `cleanUp` run at `close()`, before those that were added earlier. */
  onClose(cleanUp: CleanUp): void {
    this.cleanUps.push(cleanUp);
  }

  /**
   * Runs every clean-up step, the last one added first, and removes the directory; a second call waits for the first.
   *
   * @throws AggregateError with the failures of all steps; every step has run all the same.
   */
  close(): Promise<void> {
    this.closed ??= this.cleanUp();
    return this.closed;
  }

  private async cleanUp(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (step: CleanUp) => {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    };
    for (let step = this.cleanUps.pop(); step; step = this.cleanUps.pop()) await attempt(step);
    await attempt(async () => {
      throwIfAny((await endProcesses(this.reaper.mark)).map((process) => `process ${process} still runs`));
    });
    await attempt(() => removeFolder(this.directory));
    await attempt(async () => throwIfAny((await this.reaper.close()).map((thing) => `${thing} is left`)));
    if (failures.length === 0) return;
    const messages = failures.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new AggregateError(failures, `Not everything could be cleaned up: ${messages.join("; ")}`);
  }
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join("; "));
}

/** The other end of reaper.mjs. A reaper that cannot be started or has died only leaves us without its help. */
class Reaper implements ProcessRegistry {
  readonly running = new Set<number>();
  readonly mark: Readonly<Record<string, string>>;
  private readonly child: ChildProcess;

  constructor(directory: string) {
    // reaper.mjs knows it, too.
    this.mark = { GREENLIGHT_WORKSPACE: basename(directory) };
    this.child = spawn(process.execPath, [join(__dirname, "reaper.mjs")], {
      // A session of its own: Ctrl-C does not reach it.
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
      cwd: "/",
      // To find docker by.
      env: { PATH: process.env.PATH },
    });
    this.child.on("error", () => undefined);
    this.child.stdin?.on("error", () => undefined);
    this.child.unref();
    // Nor does its pipe keep this process alive.
    (this.child.stdout as Socket | null)?.unref();
    this.tell(`dir ${directory}`);
  }

  add(pgid: number): void {
    this.running.add(pgid);
    this.tell(`+${pgid}`);
  }

  remove(pgid: number): void {
    this.running.delete(pgid);
    this.tell(`-${pgid}`);
  }

  removeFromDocker(leftovers: DockerLeftovers): void {
    this.tell(`docker ${JSON.stringify(leftovers)}`);
  }

  /** Returns what it could not remove. */
  async close(): Promise<readonly string[]> {
    const { pid, exitCode, signalCode, stdin, stdout } = this.child;
    stdin?.end();
    const running = pid !== undefined && exitCode === null && signalCode === null;
    if (!running || stdout === null) return [];
    this.child.ref();
    const [said] = await Promise.all([text(stdout), once(this.child, "exit")]);
    return said.split("\n").filter((line) => line !== "");
  }

  private tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }
}

/** Makes a workspace: a directory `greenlight-…` for temporary files and a reaper that watches over it. */
export async function createWorkspace(): Promise<Workspace> {
  const directory = await makeWorkspaceFolder();
  return new Workspace(directory, new Reaper(directory));
}
