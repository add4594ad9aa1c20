import type { TimelineEvent } from "../events";

/** What one task prints must not hide the release: the first lines of each task are shown, and the others counted. */
export class AppLog {
  private readonly printed = new Map<string, number>();

  /** @param mostLines of each task */
  constructor(private readonly mostLines: number) {}

  /** The events to show in the place of `event`. */
  shown(event: TimelineEvent): TimelineEvent[] {
    const task = String(event.detail.task);
    if (event.type === "task.stopped") return [...this.hidden(event, task), event];
    if (event.type !== "task.log") return [event];
    const count = (this.printed.get(task) ?? 0) + 1;
    this.printed.set(task, count);
    return count <= this.mostLines ? [event] : [];
  }

  /** How many lines were hidden of the tasks that still run. */
  rest(last: TimelineEvent | undefined): TimelineEvent[] {
    return last ? [...this.printed.keys()].flatMap((task) => this.hidden(last, task)) : [];
  }

  private hidden(at: TimelineEvent, task: string): TimelineEvent[] {
    const count = (this.printed.get(task) ?? 0) - this.mostLines;
    this.printed.delete(task);
    if (count <= 0) return [];
    const lines = `${count.toLocaleString("en")} more ${count === 1 ? "line" : "lines"}`;
    return [{ ...at, source: "ecs", type: "task.log", text: `… ${lines} of ${task} (--app-log all shows them)` }];
  }
}
