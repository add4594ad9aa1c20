import { randomUUID } from "node:crypto";
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { ProcessRegistry } from "../ecs/process-group";
import { signalGroup } from "../ecs/process-group";

export interface BuildShellOptions {
  readonly program: "bash" | "sh";
  readonly workingDirectory: string;
  /** The commands' files are written here. */
  readonly scratchDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly processes: ProcessRegistry;
  /** Takes each line of the commands' output, stdout and stderr as one. */
  readonly output: (line: string) => void;
}

/**
 * One shell that runs command after command: variables and the working directory carry over.
 * Source: CodeBuild user guide, build-spec-ref, "Buildspec versions".
 */
export class BuildShell {
  /** Ends the output of a command, followed by its exit status; no program prints it by chance. */
  private readonly mark = `end-of-command-${randomUUID()}:`;
  private readonly commands: Writable;
  private readonly pgid: number;
  private readonly ended: Promise<number>;
  private finish: ((exitStatus: number) => void) | undefined;
  private count = 0;
  private isRunning = true;

  constructor(private readonly options: BuildShellOptions) {
    // Each command comes as the name of a file, on a stream of its own, so that it cannot be read by another command.
    const loop = `exec 2>&1
      while IFS= read -r GREENLIGHT_COMMAND <&3; do
        . "$GREENLIGHT_COMMAND" </dev/null 3<&-
        printf '%s%s\\n' '${this.mark}' "$?"
      done`;
    const child = spawn(options.program, ["-c", loop], {
      cwd: options.workingDirectory,
      env: { ...options.environment, ...options.processes.mark },
      stdio: ["ignore", "pipe", "ignore", "pipe"],
      // A process group of its own, to be killed whole.
      detached: true,
    });
    this.pgid = child.pid ?? 0;
    if (this.pgid > 0) options.processes.add(this.pgid);
    this.commands = child.stdio[3] as Writable;
    // The shell may be gone when it is given its next command; `ended` tells.
    this.commands.on("error", () => undefined);
    createInterface({ input: child.stdout as Readable }).on("line", (line) => this.read(line));
    this.ended = new Promise((resolve, reject) => {
      child.on("error", (error) => {
        this.isRunning = false;
        reject(new Error(`${options.program} cannot be started: ${error.message}`));
      });
      // What a command left in the background ends with the shell, and with it the output.
      child.on("exit", () => this.kill());
      child.on("close", (code, signal) => {
        this.isRunning = false;
        options.processes.remove(this.pgid);
        resolve(signal ? 137 : (code ?? 1));
      });
    });
    this.ended.catch(() => undefined);
  }

  /** False once a command has ended the shell itself (`exit`, or a failure under `set -e`). */
  get isAlive(): boolean {
    return this.isRunning;
  }

  /** Runs one command, of one line or many; returns its exit status. One at a time. */
  async run(command: string): Promise<number> {
    const file = join(this.options.scratchDirectory, `command-${++this.count}`);
    await writeFile(file, `${command}\n`);
    const finished = new Promise<number>((resolve) => (this.finish = resolve));
    this.commands.write(`${file}\n`);
    return Promise.race([finished, this.ended]);
  }

  /** Kills the shell and all that it started; returns when they are gone. */
  async stop(): Promise<void> {
    this.kill();
    await this.ended.catch(() => undefined);
  }

  private kill(): void {
    if (this.isRunning && this.pgid > 0) signalGroup(this.pgid, "SIGKILL");
  }

  private read(line: string): void {
    const at = line.indexOf(this.mark);
    if (at < 0) return this.options.output(line);
    // The last line of a command may have no end.
    if (at > 0) this.options.output(line.slice(0, at));
    this.finish?.(Number(line.slice(at + this.mark.length)));
  }
}
