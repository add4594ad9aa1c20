import { EventEmitter, once } from "node:events";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { Target } from "../load-balancer/target";
import type { TargetGroup } from "../load-balancer/target-group";
import { backOffSeconds } from "./back-off";
import { lastWords } from "./error-line";
import type { ProcessRegistry } from "./process-group";
import { failureCause } from "./start-failure";
import { startTask, type Task } from "./task";
import type { TaskProps, TaskSpec } from "./task-spec";
import { targetAddress } from "./task-target";
import { TaskWatch } from "./task-watch";

export interface TaskSetProps {
  readonly id: string;
  /** The name for people: `blue`, `green`. */
  readonly label: string;
  /** The task definition's arn, with its revision. */
  readonly taskDefinition: string;
  readonly targetGroup: TargetGroup;
  readonly desiredCount: number;
  /** How long after its start a task may be unhealthy. */
  readonly healthCheckGracePeriodSeconds: number;
  /** What to run; asked before every start. Its failure is that of a task (CannotPullContainerError: …). */
  readonly launch: () => TaskSpec | Promise<TaskSpec>;
}

const movedReason = "Task is started again in a network of its own";

/** One place among the desired tasks, from the decision to start a task until the decision to stop it. */
interface Member {
  readonly label: string;
  readonly leave: AbortController;
  task?: Task;
  target?: Target;
}

/** Keeps the desired number of tasks of one task definition running and registered. */
export class TaskSet extends EventEmitter<{ change: [] }> {
  /** Tasks that stopped by themselves, could not be started, or failed their health checks. */
  failedTaskCount = 0;
  /** The last of these: its reason, exit code and last output, the error first. */
  lastFailure: string | undefined;
  /** What that one printed last, the error first. */
  lastOutput: readonly string[] = [];
  /** Why no task of it will ever be healthy, for people; undefined while one may be. */
  cause: string | undefined;

  private readonly members = new Set<Member>();
  private readonly lives = new Set<Promise<void>>();
  private desired: number;
  private started = 0;
  private failuresInARow = 0;
  private stopped: Promise<void> | undefined;
  /** Whether a task of it has been healthy. */
  private hasWorked = false;
  private readonly onHealth = () => this.emit("change");

  constructor(
    private readonly props: TaskSetProps,
    private readonly clock: Clock,
    private readonly timeline: Timeline,
    private readonly processes?: ProcessRegistry,
  ) {
    super();
    this.setMaxListeners(0);
    this.desired = props.desiredCount;
    props.targetGroup.on("health", this.onHealth);
    this.reconcile();
  }

  get id(): string {
    return this.props.id;
  }

  get label(): string {
    return this.props.label;
  }

  get taskDefinition(): string {
    return this.props.taskDefinition;
  }

  get targetGroup(): TargetGroup {
    return this.props.targetGroup;
  }

  get computedDesiredCount(): number {
    return this.desired;
  }

  /** The running tasks that the set means to keep. */
  get tasks(): readonly Task[] {
    const tasks = [...this.members].map(({ task }) => task);
    return tasks.filter((task) => task?.lastStatus === "RUNNING") as Task[];
  }

  get runningCount(): number {
    return this.tasks.length;
  }

  get pendingCount(): number {
    return this.members.size - this.runningCount;
  }

  /**
   * STEADY_STATE when the desired tasks are running and healthy, to the load balancer and to their container's health check
   * (source: ECS API, TaskSet.stabilityStatus). A target of a group that no listener uses has no health to wait for:
   * CodeDeploy installs green without a test listener too.
   */
  get stabilityStatus(): "STEADY_STATE" | "STABILIZING" {
    const ready = [...this.members].filter(
      ({ task, target }) =>
        task?.lastStatus === "RUNNING" &&
        ["healthy", "unused"].includes(target?.state ?? "") &&
        (task.health?.status ?? "HEALTHY") === "HEALTHY",
    );
    return ready.length === this.desired && this.members.size === this.desired ? "STEADY_STATE" : "STABILIZING";
  }

  /** Whether its tasks are still starting: none has failed, and nothing says that they will not become healthy. */
  get isStarting(): boolean {
    const over = this.stopped !== undefined || this.cause !== undefined || this.failedTaskCount > 0;
    return !over && this.stabilityStatus !== "STEADY_STATE";
  }

  /** Resolves when `isStarting` does not hold any more. An app starts no faster under a scaled clock: that takes real time. */
  async whenStarted(): Promise<void> {
    while (this.isStarting) await once(this, "change");
  }

  /** Starts or stops tasks until there are as many; returns at once. */
  setDesiredCount(count: number): void {
    this.desired = count;
    this.reconcile();
  }

  /** Resolves in STEADY_STATE. Rejects once the set is stopped, or with the signal's reason. */
  async whenSteady(signal?: AbortSignal): Promise<void> {
    while (this.stopped !== undefined || this.stabilityStatus !== "STEADY_STATE") {
      if (this.stopped !== undefined) throw new Error(`Task set ${this.label} was stopped before it was steady.`);
      signal?.throwIfAborted();
      await once(this, "change", { signal }).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
    }
  }

  /** Deregisters all tasks, waits until they are drained, and stops them. */
  stop(reason = `Task set ${this.props.id} was deleted`): Promise<void> {
    this.stopped ??= this.leaveAll(reason);
    return this.stopped;
  }

  private async leaveAll(reason: string): Promise<void> {
    for (const { leave } of this.members) leave.abort(reason);
    this.emit("change");
    while (this.lives.size > 0) await Promise.all(this.lives);
    this.props.targetGroup.off("health", this.onHealth);
  }

  private reconcile(): void {
    if (this.stopped !== undefined) return;
    while (this.members.size < this.desired) this.startMember();
    const surplus = [...this.members].slice(this.desired);
    for (const { leave } of surplus) leave.abort("Scaling activity initiated by the service");
    this.emit("change");
  }

  private startMember(): void {
    const member: Member = { label: `${this.label}-${++this.started}`, leave: new AbortController() };
    this.members.add(member);
    const life = this.live(member).finally(() => this.lives.delete(life));
    this.lives.add(life);
  }

  /** A task's whole life: start, register, run until there is a reason to stop; then make room, drain and stop. */
  private async live(member: Member): Promise<void> {
    const { leave } = member;
    const reason = await this.run(member).catch((error: Error) => error.message);
    this.members.delete(member);
    const hasFailed = !leave.signal.aborted && !isReplaced(member);
    if (hasFailed) this.recordFailure(member, reason);
    this.reconcile();
    if (hasFailed) await this.whenReplaced(member);
    if (member.target) await this.props.targetGroup.deregister(member.target);
    await member.task?.stop(reason);
  }

  /**
   * A task that fails its health checks runs on until its replacement is healthy, or has failed in turn. Source: a trace of AWS,
   * and its What's New of October 2023 on load spikes. UNSURE whether that is so of CodeDeploy's services, too.
   */
  private async whenReplaced({ task }: Member): Promise<void> {
    if (task?.lastStatus !== "RUNNING") return;
    const failures = this.failedTaskCount;
    const isOver = () =>
      this.stopped !== undefined || this.stabilityStatus === "STEADY_STATE" || this.failedTaskCount > failures;
    const over = new AbortController();
    const { signal } = over;
    const replaced = async () => {
      while (!isOver()) await once(this, "change", { signal });
    };
    await Promise.race([task.whenStopped(), replaced()]).finally(() => over.abort());
  }

  /** @returns why the task is to stop, or has stopped */
  private async run(member: Member): Promise<string> {
    const { signal } = member.leave;
    await this.clock.wait(backOffSeconds(this.failuresInARow) * 1000, signal).catch(() => undefined);
    if (signal.aborted) return String(signal.reason);
    const spec = await this.props.launch();
    if (signal.aborted) return String(signal.reason);
    const { label } = member;
    const props: TaskProps = { ...spec, label, taskDefinitionArn: this.taskDefinition };
    const task = await startTask(props, this.clock, this.timeline, this.processes);
    member.task = task;
    task.health?.on("change", this.onHealth);
    if (task.lastStatus !== "RUNNING") return task.stoppedReason ?? "";
    member.target = this.props.targetGroup.register(targetAddress(task));
    this.emit("change");
    return this.reasonToStop(task, member.target, signal);
  }

  private async reasonToStop(task: Task, target: Target, leave: AbortSignal): Promise<string> {
    const over = new AbortController();
    const { signal } = over;
    const { targetGroup, healthCheckGracePeriodSeconds: graceSeconds } = this.props;
    const { clock, timeline } = this;
    targetGroup.whenHealthy(target, signal).then(
      () => (this.failuresInARow = 0),
      () => undefined,
    );
    const watch = new TaskWatch({ task, target, targetGroup, graceSeconds, clock, timeline });
    const outdated = new Promise<string>((resolve) => watch.on("outdated", () => resolve(movedReason)));
    watch.on("started", () => this.worked()).on("hopeless", (cause) => this.giveUp(cause));
    try {
      return await Promise.race([
        task.whenStopped().then(() => task.stoppedReason ?? ""),
        aborted(leave, signal),
        watch.untilUnhealthy(signal),
        outdated,
      ]);
    } finally {
      over.abort();
    }
  }

  private worked(): void {
    this.hasWorked = true;
    this.cause = undefined;
    this.emit("change");
  }

  private giveUp(cause: string): void {
    if (this.hasWorked) return;
    this.cause ??= cause;
    this.emit("change");
  }

  private recordFailure({ label, task, target }: Member, reason: string): void {
    this.failedTaskCount++;
    this.failuresInARow++;
    const exit = task?.exitCode === undefined ? "" : ` (exit code ${task.exitCode})`;
    this.lastOutput = lastWords(task?.logs ?? []);
    const output = this.lastOutput.join("\n");
    this.lastFailure = `${reason}${exit}${output && `\n${output}`}`;
    this.timeline.emit("ecs", "task.failed", `task ${label} failed: ${reason}${exit}`, { task: label, reason, output });
    const { healthCheckGracePeriodSeconds: graceSeconds, targetGroup } = this.props;
    const { path } = targetGroup.healthCheck;
    const cause = failureCause({ reason, task, isRegistered: target !== undefined, graceSeconds, path });
    // What ended once may have met something that was not there yet; ECS starts it again, and so do we, once.
    if (cause.isCertain || this.failuresInARow > 1) this.giveUp(`${label}: ${cause.text}`);
  }
}

/** Whether the next task starts in another network, since the container's port was taken, or PORT ignored, in this one. */
function isReplaced({ task }: Member): boolean {
  if (!task) return false;
  const output = task.logs.join("\n");
  const isTaken = /EADDRINUSE|address already in use/i.test(output) && !output.includes(String(task.port));
  return task.isOutdated || (isTaken && task.exitCode !== undefined && task.moveToOwnNetwork());
}

async function aborted(signal: AbortSignal, over: AbortSignal): Promise<string> {
  if (!signal.aborted) await once(signal, "abort", { signal: over });
  return String(signal.reason);
}
