import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TimelineEvent } from "../../../rehearsal/events";
import { freePortOffset } from "../../../rehearsal/faults/free-port-offset";
import { isListening, until } from "../fixtures/tasks";
import { copiedCheckout } from "./copied-checkout";
import { descendants, stillRunning } from "./process-table";

/** Moments at which something has been started. */
const startingTypes = new Set(["command", "task.running", "invoked", "lifecycle.started", "pushed"]);

export interface StartOptions {
  /** What runs the rehearsal; `$0` is its program and `$@` its arguments. @default no shell */
  readonly shell?: string;
  /** @default a pair of free ports */
  readonly portOffset?: number;
}

/** A rehearsal as a person starts it: a process of its own, with `--json`, whose temporary files go to a new directory. */
export class RehearsalProcess {
  readonly events: TimelineEvent[] = [];
  /** What was printed and is no event. */
  readonly otherOutput: string[] = [];
  stderr = "";
  private readonly processes = new Set<number>();
  private readonly closed: Promise<unknown>;
  private readonly watchers = new Set<() => void>();
  private hasEnded = false;

  private constructor(
    readonly child: ChildProcess,
    readonly temporaryDirectory: string,
    readonly portOffset: number,
  ) {
    this.closed = once(child, "close").then(() => {
      this.hasEnded = true;
      this.tellWatchers();
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    createInterface({ input: child.stdout! }).on("line", (line) => this.read(line));
  }

  static async start(words: readonly string[], options: StartOptions = {}): Promise<RehearsalProcess> {
    const { shell, portOffset = await freePortOffset() } = options;
    const temporaryDirectory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-end-to-end-")));
    const all = [
      join(await copiedCheckout(), "bin/start.mjs"),
      "--json",
      "--port-offset",
      String(portOffset),
      // The apps are the tests' own, also where nothing can confine them.
      "--trust-app",
      ...words,
    ];
    const [command, ...others] = shell === undefined ? [process.execPath, ...all] : ["sh", "-c", shell, ...all];
    const child = spawn(command, others, {
      stdio: ["ignore", "pipe", "pipe"],
      // As `npm start` tells it; a rehearsal whose npm is gone ends, so none outlives these tests.
      env: { ...process.env, TMPDIR: temporaryDirectory, npm_lifecycle_event: "start" },
      // A group of its own, to be signalled as a terminal does.
      detached: true,
    });
    return new RehearsalProcess(child, temporaryDirectory, portOffset);
  }

  get productionUrl(): string {
    return `http://127.0.0.1:${8080 + this.portOffset}`;
  }

  /** The first event, past or to come, that meets `condition`. Rejects if the rehearsal ends without one. */
  async event(condition: (event: TimelineEvent) => boolean): Promise<TimelineEvent> {
    await this.when(() => this.events.some(condition));
    return this.events.find(condition)!;
  }

  /** Waits until `condition` holds after some event. Rejects if the rehearsal ends before. */
  async when(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.hasEnded) assert.fail(`it ended before: ${this.stderr}\n${this.tail}`);
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  /** Remembers the processes that run now, so that `assertNothingIsLeft` looks for them. */
  noteProcesses(): void {
    if (this.child.pid !== undefined) for (const pid of descendants(this.child.pid)) this.processes.add(pid);
  }

  /** Signals the rehearsal, or its whole process group as Ctrl-C in a terminal does. */
  signal(signal: NodeJS.Signals, { group = false } = {}): void {
    this.noteProcesses();
    process.kill(group ? -this.child.pid! : this.child.pid!, signal);
  }

  /** Waits for the end; returns the exit status, or the signal that ended it. */
  async end(): Promise<number | string> {
    await this.closed;
    return this.child.exitCode ?? String(this.child.signalCode);
  }

  /** Waits until no process, port or file of this rehearsal is left, if it was killed; else asserts that at once. */
  async assertNothingIsLeft({ wasKilled = false } = {}): Promise<void> {
    const left = async () => ({
      files: await readdir(this.temporaryDirectory),
      processes: stillRunning(this.processes),
      ports: await Promise.all([8080, 8090].map((port) => isListening(port + this.portOffset))),
    });
    const nothing = { files: [], processes: [], ports: [false, false] };
    if (wasKilled) await until(async () => JSON.stringify(await left()) === JSON.stringify(nothing));
    assert.deepEqual(await left(), nothing);
  }

  /** Ends it whatever it is doing. */
  async close(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.closed;
    await rm(this.temporaryDirectory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** The last events as text, for a test that fails. */
  get tail(): string {
    return this.events
      .slice(-15)
      .map(({ source, text }) => `${source}: ${text}`)
      .join("\n");
  }

  private read(line: string): void {
    try {
      this.events.push(JSON.parse(line) as TimelineEvent);
    } catch {
      this.otherOutput.push(line);
    }
    if (startingTypes.has(this.events.at(-1)?.type ?? "")) this.noteProcesses();
    this.tellWatchers();
  }

  private tellWatchers(): void {
    const watchers = [...this.watchers];
    this.watchers.clear();
    for (const watcher of watchers) watcher();
  }
}
