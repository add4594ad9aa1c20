import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessRegistry } from "../ecs/process-group";
import { bundleController } from "./bundle";
import type { Call, Message } from "./channel";
import { Journal } from "./journal";
import type { ScaledRequest } from "./main";
import type { TimelineAnnouncer } from "./timeline-announcer";

type Operations = Readonly<Record<string, (input: unknown) => unknown>>;

export interface ControllerProcessProps {
  /** Whose controller it is, for people. */
  readonly name: string;
  /** File of the controller's main program, which calls `controllerMain`. */
  readonly entryPoint: string;
  /** A directory of this controller's own. */
  readonly directory: string;
  /** The journal's first line. */
  readonly request: ScaledRequest;
  /** Its methods are the operations that the controller may ask for. */
  readonly cloud: object;
  readonly announcer: TimelineAnnouncer;
  readonly processes: ProcessRegistry | undefined;
  /** Ends the controller for good. */
  readonly signal: AbortSignal;
}

/** How often a controller may die without having done anything. Our own limit: what dies at once will always. */
const deathsInVain = 3;

/**
 * A controller in a process of its own, started again from its journal whenever it dies before its end.
 *
 * Emits `call` before each operation that the controller asks for, and `done` after it and before the controller gets the
 * answer. A listener that kills the controller at `call` prevents the operation.
 */
export class ControllerProcess<Step> extends EventEmitter<{ call: [Call]; done: [Call] }> {
  readonly journalFile: string;
  private child: ChildProcess | undefined;
  private interruption: Extract<Message, { interrupt: unknown }> | undefined;
  private last: { readonly step: Step } | undefined;

  constructor(private readonly props: ControllerProcessProps) {
    super();
    this.journalFile = join(props.directory, "journal.jsonl");
  }

  /** The controller's process; none before it has started. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Runs it to its end; returns the last step.
   *
   * @throws Error when it dies again and again without having done anything; the signal's reason, when that is aborted
   */
  async run(): Promise<Step> {
    const { directory, entryPoint, request, announcer } = this.props;
    await mkdir(directory, { recursive: true });
    const program = join(directory, "controller.js");
    await writeFile(program, await bundleController(entryPoint));
    Journal.create(this.journalFile, request);
    try {
      return await this.liveToTheEnd(program);
    } finally {
      announcer.showNothing();
    }
  }

  /** Asks the controller to end what it does; the first request counts, and outlives the controller. */
  interrupt(kind: string, reason: string): void {
    if (this.interruption) return;
    this.interruption = { interrupt: { kind, reason } };
    if (this.child) this.send(this.child, this.interruption);
  }

  /** Ends the controller's process at once, as a machine does that loses its power. */
  kill(): void {
    this.child?.kill("SIGKILL");
  }

  private async liveToTheEnd(program: string): Promise<Step> {
    const { name, signal, announcer } = this.props;
    let inVain = 0;
    for (let life = 1; ; life++) {
      const { length } = Journal.open(this.journalFile).entries;
      signal.throwIfAborted();
      const how = await this.live(program);
      signal.throwIfAborted();
      if (this.last) return this.last.step;
      const { entries, stepUnderWay } = Journal.open(this.journalFile);
      inVain = entries.length > length ? 0 : inVain + 1;
      if (inVain === deathsInVain)
        throw new Error(`the controller of ${name} died ${inVain} times without having done anything: ${how}`);
      const text = `the controller of ${name} died (${how}); started again from its journal: ${stepUnderWay ?? "the beginning"}`;
      announcer.tell({ token: `death ${life}`, type: "controller.died", text, detail: { how, step: stepUnderWay } });
    }
  }

  /** One life of the controller; returns how it ended. */
  private async live(program: string): Promise<string> {
    const { processes, signal } = this.props;
    const child = spawn(process.execPath, [program], {
      // A group of its own: Ctrl-C does not reach it, and the reaper knows whom to kill.
      detached: true,
      env: {},
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child = child;
    const kill = () => child.kill("SIGKILL");
    signal.addEventListener("abort", kill);
    let output = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (output += text));
    try {
      if (child.pid !== undefined) processes?.add(child.pid);
      child.on("message", (call: Call) => void this.serve(child, call));
      if (this.interruption) this.send(child, this.interruption);
      this.send(child, { start: this.journalFile });
      // What it had still asked for has been heard once its end of the channel is closed, too.
      const [[code, deadly]] = (await Promise.all([once(child, "close"), once(child, "disconnect")])) as [
        [number | null, NodeJS.Signals | null],
        unknown,
      ];
      return deadly ?? `exit status ${code}${output && `\n${output.trim()}`}`;
    } finally {
      signal.removeEventListener("abort", kill);
      if (child.pid !== undefined) processes?.remove(child.pid);
    }
  }

  private async serve(child: ChildProcess, call: Call): Promise<void> {
    this.emit("call", call);
    if (child.killed) return;
    const answer = await this.perform(call).then(
      (value) => ({ answer: call.id, value }),
      (error: Error) => ({ answer: call.id, error: error.message }),
    );
    this.emit("done", call);
    this.send(child, answer);
  }

  private async perform({ operation, input }: Call): Promise<unknown> {
    if (operation === "end") {
      this.last = { step: input as Step };
      return;
    }
    const { cloud, announcer } = this.props;
    const operations = (operation in announcer ? announcer : cloud) as Operations;
    return await operations[operation]!(input);
  }

  private send(child: ChildProcess, message: Message): void {
    // Whoever is dead already is started again, and asks again.
    if (child.connected) child.send(message, () => undefined);
  }
}
