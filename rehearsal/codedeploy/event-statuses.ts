import { type LifecycleEvent, lifecycleEvents, type Outcome, type Step } from "./lifecycle";

/** Source: CodeDeploy API reference, LifecycleEvent. */
type EventStatus = "Pending" | "InProgress" | "Succeeded" | "Failed" | "Skipped";

/**
 * The status of each lifecycle event of a deployment. The event that was interrupted has failed, and those after it are skipped.
 * Source: a trace of AWS.
 */
export class EventStatuses {
  private readonly statuses = new Map<LifecycleEvent, EventStatus>(lifecycleEvents.map((event) => [event, "Pending"]));

  begin(step: Step): void {
    if (step.kind === "event") this.statuses.set(step.event, "InProgress");
  }

  end(step: Step, { kind }: Outcome): void {
    const isDone = kind === "done";
    if (step.kind === "event") this.statuses.set(step.event, isDone ? "Succeeded" : "Failed");
    if (isDone) return;
    for (const [event, status] of this.statuses) if (status === "Pending") this.statuses.set(event, "Skipped");
  }

  /** In their order. */
  get all(): readonly (readonly [LifecycleEvent, EventStatus])[] {
    return [...this.statuses];
  }
}
