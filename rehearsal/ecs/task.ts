import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { endProcesses } from "../cleanup/end-processes.mjs";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import { execFailure } from "../sandbox/setup-script";
import { ContainerHealth } from "./container-health";
import { freePort } from "./free-port";
import { listeningSockets, type ListeningSocket } from "./listening-sockets";
import { type ProcessRegistry, signalGroup } from "./process-group";
import { readLines } from "./read-lines";
import { type ExpectedPort, notStartable, type TaskOrigin, unknownOrigin } from "./start-failure";
import { localAddressOf, type TaskAddress } from "./task-address";
import { TaskRelay } from "./task-relay";
import type { TaskProps } from "./task-spec";

/** The states of a task that can be told apart on one machine. Source: ECS developer guide, task-lifecycle-explanation. */
export type TaskStatus = "PROVISIONING" | "PENDING" | "RUNNING" | "DEPROVISIONING" | "STOPPED";

const linesKept = 50;
/** How long a task that has ended is waited for, to read its last output, in milliseconds. */
const lastWaitMs = 500;

/**
 * One task: a real process, leader of its own process group, with a port of its own where a task on AWS has an address
 * of its own. Emits `stopped` once, when nothing of it runs any more.
 */
export class Task extends EventEmitter<{ stopped: [] }> {
  /** The port it was told to listen on, as PORT. */
  port = 0;
  lastStatus: TaskStatus = "PROVISIONING";
  /** ECS's words: why it stopped, or is stopping. */
  stoppedReason: string | undefined;
  /** As ECS tells it: 128 + the signal's number if a signal ended it. */
  exitCode: number | undefined;
  /** Why its program could not be started, and what to do about it. */
  startFailure: string | undefined;
  /** What its health check says; none without one. */
  health: ContainerHealth | undefined;

  private readonly lines: string[] = [];
  private child: ChildProcess | undefined;
  private readonly relay: TaskRelay;
  private stopping: Promise<void> | undefined;
  /** Settles when no health check runs any more. */
  private watching: Promise<void> | undefined;

  /** Use `startTask`. */
  constructor(
    private readonly props: TaskProps,
    private readonly clock: Clock,
    private readonly timeline: Timeline,
    private readonly processes: ProcessRegistry | undefined,
  ) {
    super();
    this.relay = new TaskRelay(props, timeline, processes);
  }

  get label(): string {
    return this.props.label;
  }

  get taskDefinitionArn(): string {
    return this.props.taskDefinitionArn;
  }

  /** The process, which is also its group's id; none if it could not be started. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  get address(): TaskAddress | undefined {
    return this.props.address;
  }

  get origin(): TaskOrigin {
    return this.props.origin ?? unknownOrigin;
  }

  /** The address of this machine at which the load balancer reaches it. */
  get localAddress(): string {
    const { address, ownPort, socketPath } = this.props;
    if (address && socketPath !== undefined) return address.ip;
    return address && ownPort === undefined ? localAddressOf(address) : "127.0.0.1";
  }

  get expectedPort(): ExpectedPort {
    const { ownPort, address, network } = this.props;
    const port = ownPort ?? this.port;
    const whyNotOwn = network?.whyNotOwn;
    return { port, isToldByVariable: ownPort === undefined, containerPort: address?.port, whyNotOwn };
  }

  /** Leads to it; none if it is in this machine's network. */
  get socketPath(): string | undefined {
    return this.props.socketPath;
  }

  /** Whether the next task starts in a network of its own, unlike this one. */
  get isOutdated(): boolean {
    return this.props.network?.isOwn === true && this.socketPath === undefined;
  }

  /** Its app ignores PORT: tasks move to networks of their own, if they may. Returns whether this one is to be replaced. */
  moveToOwnNetwork(): boolean {
    const { network, address } = this.props;
    if (network?.move() === true) {
      const why = `${this.label} ignores PORT and listens on port ${address?.port}`;
      const text = `${why}; it is started again in a network of its own, which reaches nothing outside but what --allow names`;
      this.timeline.emit("ecs", "task.network", text, { task: this.label });
    }
    return this.isOutdated;
  }

  /** What its processes listen on; undefined where the system does not say. */
  async listeningSockets(): Promise<readonly ListeningSocket[] | undefined> {
    if (this.props.listeningSockets) return this.props.listeningSockets();
    return this.pid === undefined ? [] : listeningSockets(this.pid);
  }

  /** The last lines that it wrote to stdout and stderr, oldest first. */
  get logs(): readonly string[] {
    return this.lines;
  }

  /** Resolves once the task is STOPPED. */
  async whenStopped(): Promise<void> {
    if (this.lastStatus !== "STOPPED") await once(this, "stopped");
  }

  /** The stop signal to the whole group, SIGKILL after the stop timeout; resolves once the task is STOPPED. */
  stop(reason = "Task stopped by user"): Promise<void> {
    this.stopping ??= this.terminate(reason);
    return this.stopping;
  }

  /** Starts the process; settles when it is RUNNING or STOPPED. */
  async start(): Promise<void> {
    this.port = await freePort();
    this.enter("PENDING");
    try {
      await this.run();
    } catch (error) {
      const what = `command "${this.command.join(" ")}" in ${this.props.cwd}`;
      this.stoppedReason = `CannotStartContainerError: ${(error as Error).message} (${what})`;
      this.startFailure = notStartable(this.command[0] ?? "", error as NodeJS.ErrnoException, this.origin);
      this.enter("STOPPED");
    }
  }

  private async run(): Promise<void> {
    const child = this.spawn();
    this.child = child;
    if (child.pid !== undefined) this.processes?.add(child.pid);
    await once(child, "spawn");
    child.on("error", () => undefined);
    child.once("exit", (code, signal) => void this.deprovision(child, outputRead, exitCodeOf(code, signal)));
    const { label: task } = this;
    const outputRead = readLines(child, (line) => {
      // They end up in messages.
      this.lines.push(stripVTControlCharacters(line));
      if (this.lines.length > linesKept) this.lines.shift();
      this.timeline.emit("ecs", "task.log", line, { task });
    });
    await this.relay.open(child, this.mark).catch((error: Error) => {
      signalGroup(child.pid!, "SIGKILL");
      this.stoppedReason = `CannotStartContainerError: ${error.message}`;
    });
    this.watchHealth(child);
    if (this.lastStatus === "PENDING") this.enter("RUNNING");
  }

  private get environment(): NodeJS.ProcessEnv {
    const { PATH = "", HOME = "" } = process.env;
    return { PATH, HOME, ...this.props.environment, ...this.mark };
  }

  /** By this every process of the task is known, and of no other task. */
  private get mark(): Readonly<Record<string, string>> {
    return { ...this.processes?.mark, PORT: String(this.port) };
  }

  private spawn(): ChildProcess {
    const { cwd } = this.props;
    const [program = "", ...args] = this.command;
    return spawn(program, args, { cwd, env: this.environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  }

  private watchHealth(child: ChildProcess): void {
    const { healthCheck, cwd } = this.props;
    if (!healthCheck) return;
    const ended = new AbortController();
    child.once("exit", () => ended.abort());
    this.health = new ContainerHealth(healthCheck, { cwd, environment: this.environment }, this.clock, this.processes);
    this.watching = this.health.watch(ended.signal);
  }

  private get command(): readonly string[] {
    const { command } = this.props;
    return typeof command === "function" ? command(this.port) : command;
  }

  private async terminate(reason: string): Promise<void> {
    if (this.lastStatus === "STOPPED") return;
    this.stoppedReason ??= reason;
    const ended = new AbortController();
    const stopped = this.whenStopped().finally(() => ended.abort());
    const { stopSignal = "SIGTERM", stopTimeoutSeconds = 30 } = this.props;
    this.signal(stopSignal);
    const timeoutMs = this.clock.boundMs(stopTimeoutSeconds * 1000);
    await sleep(timeoutMs, undefined, { signal: ended.signal }).catch(() => undefined);
    if (!ended.signal.aborted) await this.kill(stopSignal, stopTimeoutSeconds);
    await stopped;
  }

  private async kill(ignored: NodeJS.Signals, afterSeconds: number): Promise<void> {
    const text = `${this.label} ignored ${ignored} and was killed after ${afterSeconds} s. Handle ${ignored}.`;
    this.timeline.emit("ecs", "task.killed", text, { task: this.label, signal: ignored, afterSeconds });
    await this.props.kill?.();
    this.signal("SIGKILL");
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.lastStatus === "RUNNING" && this.pid !== undefined) signalGroup(this.pid, signal);
  }

  /** A container ends with its first process: whatever that one has left behind in its group is killed. */
  private async deprovision(child: ChildProcess, outputRead: Promise<void>, exitCode: number): Promise<void> {
    this.exitCode = exitCode;
    this.stoppedReason ??= "Essential container in task exited";
    this.enter("DEPROVISIONING");
    this.relay.close();
    const pgid = child.pid ?? 0;
    const giveUpAt = performance.now() + lastWaitMs;
    // What is still there after a SIGKILL is dead but not yet collected by its parent.
    while (signalGroup(pgid, "SIGKILL") && performance.now() < giveUpAt) await sleep(5);
    this.processes?.remove(pgid);
    // A container takes those along that have left the group.
    if (this.processes?.mark) await endProcesses(this.mark);
    await this.watching;
    // A process that left the group keeps the pipes open; its output is not waited for.
    await Promise.race([outputRead, sleep(lastWaitMs, undefined, { ref: false })]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    this.nameExecFailure();
    this.enter("STOPPED");
  }

  /** A sandbox starts before its program, so that this one cannot be started is seen at its end. */
  private nameExecFailure(): void {
    const [, program, message = ""] = execFailure.exec(this.lines.at(-1) ?? "") ?? [];
    if (program === undefined || (this.exitCode !== 126 && this.exitCode !== 127)) return;
    this.stoppedReason = `CannotStartContainerError: exec ${program}: ${message}`;
    const code = this.exitCode === 126 ? "EACCES" : "ENOENT";
    this.startFailure = notStartable(program, Object.assign(new Error(message), { code }), this.origin);
  }

  private enter(status: TaskStatus): void {
    this.lastStatus = status;
    const { label, port, pid, stoppedReason, exitCode } = this;
    const why =
      status === "STOPPED" ? `: ${stoppedReason ?? ""}${exitCode === undefined ? "" : ` (exit code ${exitCode})`}` : "";
    const detail = { task: label, port, pid, stoppedReason, exitCode };
    this.timeline.emit("ecs", `task.${status.toLowerCase()}`, `task ${label} is ${status}${why}`, detail);
    if (status === "STOPPED") this.emit("stopped");
  }
}

function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/**
 * Starts a task; resolves when it is RUNNING, or STOPPED because it could not be started (`stoppedReason` begins with
 * CannotStartContainerError). Whether the app answers is for the target group's health check to find out.
 *
 * @param processes told of the task's process group as long as it lives
 */
export async function startTask(
  props: TaskProps,
  clock: Clock,
  timeline: Timeline,
  processes?: ProcessRegistry,
): Promise<Task> {
  const task = new Task(props, clock, timeline, processes);
  await task.start();
  return task;
}
