import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import { type HealthCheck, initialHealth, nextHealth, parseMatcher, type ProbeResult } from "./health-check";
import { registering, Target, type TargetAddress, type TargetHealth } from "./target";
import { Turns } from "./turns";

export interface TargetGroupProps {
  readonly arn: string;
  readonly name: string;
  readonly healthCheck: HealthCheck;
  /** Longest time that requests and connections in flight keep a target registered. */
  readonly deregistrationDelaySeconds: number;
  /** Seconds in which a new target's share of the requests grows to a full one. @default at once */
  readonly slowStartSeconds?: number | undefined;
  /** Seconds for which a client meets the same target again. @default it meets any */
  readonly stickinessSeconds?: number | undefined;
}

/** Counts of answers, named after CloudWatch's metrics in the namespace AWS/ApplicationELB. */
export interface TargetGroupMetrics {
  requestCount: number;
  /** 502, 503 and 504 from the load balancer itself. */
  httpCodeElb5xxCount: number;
  /** 5xx answers of targets. */
  httpCodeTarget5xxCount: number;
}

/**
 * Targets, their health, and whose turn is next. Emits `health` whenever a target's state changes, and `probe` after each
 * health check.
 * Source: ALB user guide, target-group-health-checks and edit-target-group-attributes.
 */
export class TargetGroup extends EventEmitter<{ health: [target: Target]; probe: [target: Target, ProbeResult] }> {
  readonly arn: string;
  readonly name: string;
  readonly metrics: TargetGroupMetrics = { requestCount: 0, httpCodeElb5xxCount: 0, httpCodeTarget5xxCount: 0 };

  /** Seconds for which it keeps a client with a target; none if it does not. */
  readonly stickinessSeconds: number | undefined;

  private readonly registered = new Set<Target>();
  private readonly checks = new Map<Target, AbortController>();
  private readonly deregistrations = new Map<Target, Promise<void>>();
  private readonly turns = new Turns<Target>();
  private inUse = false;

  /** @throws if the health check's matcher is malformed. */
  constructor(
    private readonly props: TargetGroupProps,
    private readonly clock: Clock,
    private readonly timeline: Timeline,
  ) {
    super();
    this.setMaxListeners(0);
    parseMatcher(props.healthCheck.matcher);
    this.arn = props.arn;
    this.name = props.name;
    this.stickinessSeconds = props.stickinessSeconds;
  }

  get healthCheck(): HealthCheck {
    return this.props.healthCheck;
  }

  /** Registered targets, the draining ones included. */
  targets(): readonly Target[] {
    return [...this.registered];
  }

  /** Registers a target; it gets requests once it has passed a health check. */
  register(address: TargetAddress): Target {
    const target = new Target(address);
    this.registered.add(target);
    this.tell("target.registered", target, `${target.label} registered in ${this.name}`);
    if (this.inUse) this.startChecks(target);
    else this.setHealth(target, notInUse);
    return target;
  }

  /**
   * Sends the target no further request and resolves once it is deregistered: as soon as nothing is in flight, or when
   * the delay is over and what was still in flight has been cut. The delay bounds real requests, so it is not scaled below that.
   */
  deregister(target: Target): Promise<void> {
    if (!this.registered.has(target)) return Promise.resolve();
    const deregistration = this.deregistrations.get(target) ?? this.drain(target);
    this.deregistrations.set(target, deregistration);
    return deregistration;
  }

  /**
   * The target for the next request: the one that the client is pinned to, while it is healthy; else healthy ones in turn;
   * all that are not draining when none is healthy ("fail open").
   *
   * @param pinnedTo the target's id in the client's cookie
   */
  next(pinnedTo?: string): Target | undefined {
    const open = this.targets().filter(({ state }) => state !== "draining");
    const healthy = open.filter(({ state }) => state === "healthy");
    const pinned = healthy.find(({ id }) => id === pinnedTo);
    return pinned ?? this.turns.next(healthy.length > 0 ? healthy : open, (target) => this.share(target));
  }

  /** Health checks run only while a listener or a rule names the group; the load balancer says whether one does. */
  setInUse(inUse: boolean): void {
    if (inUse === this.inUse) return;
    this.inUse = inUse;
    for (const target of this.registered) {
      if (target.state === "draining") continue;
      if (inUse) {
        this.startChecks(target);
      } else {
        this.stopChecks(target);
        this.setHealth(target, notInUse);
      }
    }
  }

  /** Resolves once the target is healthy. Rejects if it is deregistered before, or with the signal's reason. */
  async whenHealthy(target: Target, signal?: AbortSignal): Promise<void> {
    while (target.state !== "healthy") {
      if (target.state === "draining" || !this.registered.has(target)) {
        throw new Error(`${target.label} was deregistered from ${this.name} before it was healthy.`);
      }
      signal?.throwIfAborted();
      await once(this, "health", { signal }).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
    }
  }

  /** Ends health checks and connections at once. */
  close(): void {
    this.setInUse(false);
    for (const target of this.registered) target.disconnect();
  }

  private async drain(target: Target): Promise<void> {
    this.stopChecks(target);
    this.setHealth(target, { state: "draining", reason: "Target.DeregistrationInProgress" });
    const delayMs = this.clock.boundMs(this.props.deregistrationDelaySeconds * 1000);
    const idle = new AbortController();
    const delay = sleep(delayMs, undefined, { signal: idle.signal }).catch(() => undefined);
    await Promise.race([target.whenIdle(), delay]);
    idle.abort();
    target.disconnect();
    this.registered.delete(target);
    this.deregistrations.delete(target);
    this.tell("target.deregistered", target, `${target.label} deregistered from ${this.name}`);
  }

  private startChecks(target: Target): void {
    const stop = new AbortController();
    this.checks.set(target, stop);
    void this.check(target, stop.signal);
  }

  private stopChecks(target: Target): void {
    this.checks.get(target)?.abort();
    this.checks.delete(target);
  }

  private async check(target: Target, signal: AbortSignal): Promise<void> {
    const { healthCheck } = this.props;
    const intervalMs = healthCheck.intervalSeconds * 1000;
    const timeoutMs = this.clock.boundMs(healthCheck.timeoutSeconds * 1000);
    // An app starts no faster under a scaled clock: it has all the time that AWS would give it to start.
    const startBy = this.clock.elapsedMs + (healthCheck.unhealthyThreshold - 1) * intervalMs;
    let health = initialHealth;
    this.setHealth(target, registering);
    while (!signal.aborted) {
      const interval = this.clock.wait(intervalMs, signal).catch(() => undefined);
      const result = await target.probe(healthCheck, timeoutMs, signal);
      if (signal.aborted) return;
      this.emit("probe", target, result);
      const next = nextHealth(health, result, healthCheck);
      const starting = health.state === "initial" && this.clock.elapsedMs < startBy;
      if (!(starting && next.state === "unhealthy")) {
        health = next;
        this.setHealth(target, health);
      }
      await interval;
    }
  }

  /** Grows from 0 to 1 while a target starts slowly. */
  private share({ slowSinceAwsMs }: Target): number {
    const { slowStartSeconds = 0 } = this.props;
    if (slowSinceAwsMs === undefined || slowStartSeconds === 0) return 1;
    return Math.min(1, (this.clock.awsMs - slowSinceAwsMs) / (slowStartSeconds * 1000));
  }

  /** Whether a target that has become healthy starts slowly: only beside one that does not. Source: as above, "Slow start mode". */
  private startsSlowly(): boolean {
    return this.targets().some((other) => other.state === "healthy" && this.share(other) >= 1);
  }

  private setHealth(target: Target, { state, reason, description }: TargetHealth): void {
    const before = target.health;
    if (state === "healthy" && before.state !== "healthy")
      target.slowSinceAwsMs = this.startsSlowly() ? this.clock.awsMs : undefined;
    target.health = { state, reason, description };
    if (before.state === state && before.reason === reason) return;
    if (state !== "initial" && state !== "unused") {
      const why = description === undefined ? "" : `: ${description}`;
      this.tell(`target.${state}`, target, `${target.label} is ${state} in ${this.name}${why}`);
    }
    this.emit("health", target);
  }

  private tell(type: string, { label, host, port, health }: Target, text: string): void {
    this.timeline.emit("elb", type, text, { targetGroup: this.name, target: label, host, port, ...health });
  }
}

const notInUse: TargetHealth = {
  state: "unused",
  reason: "Target.NotInUse",
  description: "Target group is not configured to receive traffic from the load balancer",
};
