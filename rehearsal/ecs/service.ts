import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { ProcessRegistry } from "./process-group";
import { TaskSet, type TaskSetProps } from "./task-set";

export interface ServiceProps {
  readonly arn: string;
  readonly name: string;
  readonly desiredCount: number;
  /** @default 0 */
  readonly healthCheckGracePeriodSeconds?: number;
}

/** What CreateTaskSet is given; the service knows the rest. */
export type CreateTaskSetProps = Pick<TaskSetProps, "label" | "taskDefinition" | "targetGroup" | "launch">;

export type TaskSetStatus = "PRIMARY" | "ACTIVE" | "DRAINING";

/** An ECS service that a deployment controller drives: task sets, one of them primary. Source: ECS API reference. */
export class Service {
  readonly arn: string;
  readonly name: string;
  /** Tasks that the account may run at once. */
  taskQuota = Infinity;

  private readonly taskSets = new Map<string, TaskSet>();
  private readonly draining = new Map<TaskSet, Promise<void>>();
  private primary: TaskSet | undefined;
  private created = 0;
  private desired: number;

  constructor(
    private readonly props: ServiceProps,
    private readonly clock: Clock,
    private readonly timeline: Timeline,
    private readonly processes?: ProcessRegistry,
  ) {
    this.arn = props.arn;
    this.name = props.name;
    this.desired = props.desiredCount;
  }

  get desiredCount(): number {
    return this.desired;
  }

  get primaryTaskSet(): TaskSet | undefined {
    return this.primary;
  }

  /** Every task set, oldest first, with its status. */
  describeTaskSets(): readonly { readonly taskSet: TaskSet; readonly status: TaskSetStatus }[] {
    return [...this.taskSets.values()].map((taskSet) => ({ taskSet, status: this.statusOf(taskSet) }));
  }

  /** Starts a task set with the service's desired count. The service's first one is its primary, as CreateService makes it. */
  createTaskSet(props: CreateTaskSetProps): TaskSet {
    const id = `ecs-svc/${String(++this.created).padStart(19, "0")}`;
    const { desiredCount, clock, timeline, processes } = this;
    const healthCheckGracePeriodSeconds = this.props.healthCheckGracePeriodSeconds ?? 0;
    const taskSet = new TaskSet(
      { ...props, id, desiredCount, healthCheckGracePeriodSeconds, launch: () => this.place(props.launch) },
      clock,
      timeline,
      processes,
    );
    this.taskSets.set(id, taskSet);
    this.primary ??= taskSet;
    this.tell("created", taskSet, `created with ${desiredCount} × ${props.taskDefinition}`);
    return taskSet;
  }

  /** @throws if there is no such task set. */
  updateServicePrimaryTaskSet(id: string): void {
    this.primary = this.find(id);
    this.tell("primary", this.primary, "is PRIMARY");
  }

  /** UpdateService with a desired count: every task set gets it. */
  updateDesiredCount(desiredCount: number): void {
    this.desired = desiredCount;
    for (const taskSet of this.taskSets.values()) taskSet.setDesiredCount(desiredCount);
    this.timeline.emit("ecs", "service.scaled", `${this.name} has desired count ${desiredCount}`, { desiredCount });
  }

  /**
   * Drains and stops a task set whatever its scale is (DeleteTaskSet with `force`); resolves once nothing of it runs.
   *
   * @throws if there is no such task set, or it is the primary one.
   */
  async deleteTaskSet(id: string): Promise<void> {
    const taskSet = this.find(id);
    if (taskSet === this.primary) {
      throw new Error(
        `InvalidParameterException: ${this.name}: the primary task set ${taskSet.label} cannot be deleted.`,
      );
    }
    const stopped = this.draining.get(taskSet) ?? taskSet.stop();
    if (!this.draining.has(taskSet)) this.tell("draining", taskSet, "is DRAINING");
    this.draining.set(taskSet, stopped);
    await stopped;
    if (this.taskSets.delete(id)) this.tell("deleted", taskSet, "is deleted");
    this.draining.delete(taskSet);
  }

  /** Drains and stops every task set. */
  async close(): Promise<void> {
    this.primary = undefined;
    await Promise.all([...this.taskSets.keys()].map((id) => this.deleteTaskSet(id)));
  }

  /** Source: ECS developer guide, service-event-messages-list. */
  private place(launch: CreateTaskSetProps["launch"]): ReturnType<CreateTaskSetProps["launch"]> {
    const running = [...this.taskSets.values()].reduce((sum, { runningCount }) => sum + runningCount, 0);
    if (running < this.taskQuota) return launch();
    const limit = "You've reached the limit on the number of vCPUs you can run concurrently";
    throw new Error(`(service ${this.name}) was unable to place a task. Reason: ${limit}`);
  }

  private statusOf(taskSet: TaskSet): TaskSetStatus {
    if (this.draining.has(taskSet)) return "DRAINING";
    return taskSet === this.primary ? "PRIMARY" : "ACTIVE";
  }

  private find(id: string): TaskSet {
    const taskSet = this.taskSets.get(id);
    if (taskSet) return taskSet;
    const known = [...this.taskSets.keys()].join(", ") || "none";
    throw new Error(`TaskSetNotFoundException: ${this.name} has no task set ${id}; it has ${known}.`);
  }

  private tell(what: string, { id, label, taskDefinition }: TaskSet, text: string): void {
    const detail = { service: this.props.arn, taskSet: id, label, taskDefinition };
    this.timeline.emit("ecs", `task-set.${what}`, `task set ${label} ${text}`, detail);
  }
}
