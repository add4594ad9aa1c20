import { EventEmitter, once } from "node:events";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { FailedProbe } from "../load-balancer/health-check";
import { failureCause } from "./start-failure";
import { StartUp, type StartUpProps } from "./start-up";

/**
 * Watches a registered task's health. Emits `started` once it is healthy, `outdated` when it is to be started again elsewhere, and `hopeless`, with the cause for people, as soon
 * as it is certain that it cannot become healthy.
 */
export class TaskWatch extends EventEmitter<{ started: []; outdated: []; hopeless: [cause: string] }> {
  constructor(private readonly props: StartUpProps) {
    super();
  }

  /**
   * Resolves with ECS's reason when the task is to be replaced. The grace period is one for both kinds of checks (source: ECS
   * API, CreateService, healthCheckGracePeriodSeconds). An app starts no faster under a scaled clock, so it is real time,
   * unless it is certain that nothing will come of it.
   */
  async untilUnhealthy(signal: AbortSignal): Promise<string> {
    const { task, target, targetGroup, graceSeconds, clock } = this.props;
    const grace = sleep(graceSeconds * 1000, undefined, { signal }).then(() => this.unhealthy(signal));
    const scaledGrace = sleep(clock.boundMs(graceSeconds * 1000), undefined, { signal });
    // It is mostly left alone.
    scaledGrace.catch(() => undefined);
    await Promise.race([grace, this.hopeless(signal).then(() => scaledGrace)]);
    const { path } = targetGroup.healthCheck;
    const cause = failureCause({ reason: "", task, isRegistered: true, graceSeconds, path }).text;
    this.emit("hopeless", `${task.label}: ${cause}`);
    // Whoever hears that sees the task as it is now.
    await setImmediate();
    const { health } = task;
    if (health?.status === "UNHEALTHY") return `Task failed container health checks: ${health.lastFailure ?? ""}`;
    const { description = "" } = target.state === "initial" ? (target.lastProbe as FailedProbe) : target.health;
    return `Task failed ELB health checks in (target-group ${targetGroup.arn}): ${description}`;
  }

  private async unhealthy(signal: AbortSignal): Promise<void> {
    const { task, target, targetGroup } = this.props;
    const isUnhealthy = () => target.state === "unhealthy" || task.health?.status === "UNHEALTHY";
    while (!isUnhealthy()) {
      const change = new AbortController();
      const either = AbortSignal.any([signal, change.signal]);
      const changes = [once(targetGroup, "health", { signal: either })];
      if (task.health) changes.push(once(task.health, "change", { signal: either }));
      await Promise.race(changes).finally(() => change.abort());
    }
  }

  /** Resolves only if it is certain, mostly long before the grace period is over, that the task cannot become healthy. */
  private async hopeless(signal: AbortSignal): Promise<void> {
    const { task, timeline } = this.props;
    const startUp = new StartUp(this.props);
    const cause = await startUp.cause(signal);
    if (!signal.aborted && startUp.isOutdated) {
      this.emit("outdated");
      return new Promise(() => undefined);
    }
    if (!signal.aborted && cause === undefined) this.emit("started");
    if (signal.aborted || cause === undefined) return new Promise(() => undefined);
    const text = `${task.label} cannot become healthy: ${cause}`;
    timeline.emit("ecs", "task.start-failed", text, { task: task.label, cause });
    this.emit("hopeless", `${task.label}: ${cause}`);
  }
}
