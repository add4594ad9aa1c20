import { Agent } from "node:http";
import { Duplex } from "node:stream";
import { type HealthCheck, probe, type ProbedAddress, type ProbeResult } from "./health-check";
import type { Response } from "./listener-server";
import { RelayAgent } from "./relay-agent";

export type TargetState = "initial" | "healthy" | "unhealthy" | "unused" | "draining";

/** A target's state as DescribeTargetHealth tells it. */
export interface TargetHealth {
  readonly state: TargetState;
  /** AWS's reason code; none for a healthy target. */
  readonly reason?: string;
  /** The reason for people. */
  readonly description?: string;
}

/** A target that no health check has answered for yet. */
export const registering: TargetHealth = {
  state: "initial",
  reason: "Elb.RegistrationInProgress",
  description: "Target registration is in progress",
};

/** Where a target listens; `label` is its name for people. */
export interface TargetAddress extends ProbedAddress {
  readonly label: string;
  /** Why a load balancer of AWS's would not reach it, although this machine does. @default nothing prevents it */
  readonly whyUnreachable?: (() => Promise<string | undefined>) | undefined;
}

/** Longest time an unused connection to a target is kept, in real milliseconds: the load balancer's default idle timeout. */
const idleConnectionMs = 60_000;

/** A registered target, and the load balancer's connections to it. Its target group alone changes it. */
export class Target implements TargetAddress {
  readonly port: number;
  readonly label: string;
  readonly hostHeader: string | undefined;
  readonly socketPath: string | undefined;
  /** An app may choose to listen on one address of the machine alone: then this is it. */
  host: string;
  /** The last health check; none yet. */
  lastProbe: ProbeResult | undefined;
  /** Since when it starts slowly, in milliseconds of AWS time; undefined if it has its full share. */
  slowSinceAwsMs: number | undefined;
  health: TargetHealth = registering;

  /**
   * Connections that stay open between requests. Node closes an unused one a second before the target would (its
   * Keep-Alive header says when), but heeds that header only if the agent has a timeout too.
   */
  readonly agent: Agent;
  /** Connects for one upgrade; none: as usual. */
  readonly upgradeAgent: Agent | undefined;

  private readonly exchanges = new Set<Response | Duplex>();
  private onIdle: (() => void) | undefined;

  constructor(private readonly address: TargetAddress) {
    const { host, port, label, hostHeader, socketPath } = address;
    this.host = host;
    this.port = port;
    this.label = label;
    this.hostHeader = hostHeader;
    this.socketPath = socketPath;
    const options = { keepAlive: true, timeout: idleConnectionMs };
    this.agent = socketPath === undefined ? new Agent(options) : new RelayAgent(socketPath, options);
    this.upgradeAgent = socketPath === undefined ? undefined : new RelayAgent(socketPath);
  }

  /** One health check. */
  async probe(check: Pick<HealthCheck, "path" | "matcher">, timeoutMs: number, signal: AbortSignal) {
    const result = await probe(this, check, timeoutMs, signal);
    const why = result.passed ? await this.address.whyUnreachable?.() : undefined;
    const reason = "Target.FailedHealthChecks";
    this.lastProbe = why === undefined ? result : { passed: false, reason, description: why, how: "refused" };
    return this.lastProbe;
  }

  /** Its name in a cookie. */
  get id(): string {
    return `${this.host}:${this.port}`;
  }

  get state(): TargetState {
    return this.health.state;
  }

  get reason(): string | undefined {
    return this.health.reason;
  }

  /** Counts an answer, or a client's upgraded connection, as in flight until it or the client's connection closes. */
  track(exchange: Response | Duplex, connection?: Duplex): void {
    if (connection?.destroyed) return;
    this.exchanges.add(exchange);
    const over = () => {
      connection?.off("close", over);
      this.exchanges.delete(exchange);
      if (this.exchanges.size === 0) this.onIdle?.();
    };
    exchange.once("close", over);
    // Node closes no answer that waits behind another one when their connection ends.
    connection?.once("close", over);
  }

  /** Resolves as soon as nothing is in flight. */
  whenIdle(): Promise<void> {
    if (this.exchanges.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.onIdle = resolve));
  }

  /** Ends all connections to the target: an answer that has not begun becomes a 502, one that has is cut short. */
  disconnect(): void {
    this.agent.destroy();
    for (const exchange of this.exchanges) if (exchange instanceof Duplex) exchange.destroy();
  }
}
