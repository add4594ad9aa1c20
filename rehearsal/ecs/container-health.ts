import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock";
import { type ProcessRegistry, signalGroup } from "./process-group";

/** A container's health check, as its task definition has it. Source: ECS developer guide, healthcheck. */
export interface HealthCheck {
  /** Program and arguments, in the container. */
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly startPeriodSeconds: number;
}

export interface CheckedContainer {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

export type HealthStatus = "UNKNOWN" | "HEALTHY" | "UNHEALTHY";

/** A check is a process that takes this machine's time, so a scaled clock makes no interval shorter than this, in milliseconds. */
const shortestIntervalMs = 2_000;
/** How long what a check wrote is told for: one line of it. */
const linesTold = 200;

/** Runs a container's health check as a process beside it, again and again. Emits `change` whenever its status does. */
export class ContainerHealth extends EventEmitter<{ change: [] }> {
  status: HealthStatus = "UNKNOWN";
  /** Why the last check that failed did. */
  lastFailure: string | undefined;
  failuresInARow = 0;

  constructor(
    private readonly check: HealthCheck,
    private readonly container: CheckedContainer,
    private readonly clock: Clock,
    private readonly processes?: ProcessRegistry,
  ) {
    super();
  }

  /** Checks until the signal aborts; a check under way then is killed. */
  async watch(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    const { startPeriodSeconds, intervalSeconds, retries } = this.check;
    // An app starts no faster under a scaled clock: it has all the time that AWS would give it to start.
    const startMs = (startPeriodSeconds + (retries - 1) * intervalSeconds) * 1000;
    const intervalMs = this.clock.boundMs(intervalSeconds * 1000, shortestIntervalMs);
    while (!signal.aborted) {
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const failure = await this.runCheck(signal);
      if (signal.aborted) return;
      const starting = this.status === "UNKNOWN" && performance.now() - startedAt < startMs;
      this.judge(failure, starting);
    }
  }

  private judge(failure: string | undefined, starting: boolean): void {
    this.lastFailure = failure ?? this.lastFailure;
    this.failuresInARow = failure === undefined ? 0 : this.failuresInARow + 1;
    if (failure === undefined) this.enter("HEALTHY");
    else if (!starting && this.failuresInARow >= this.check.retries) this.enter("UNHEALTHY");
  }

  private enter(status: HealthStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.emit("change");
  }

  /** @returns why the check failed; undefined if it passed */
  private async runCheck(signal: AbortSignal): Promise<string | undefined> {
    const [program = "", ...args] = this.check.command;
    const { cwd, environment: env } = this.container;
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (output = (output + data.toString()).slice(-linesTold)));
    const { pid } = child;
    if (pid !== undefined) this.processes?.add(pid);
    const over = new AbortController();
    const timeoutMs = this.clock.boundMs(this.check.timeoutSeconds * 1000);
    const late = sleep(timeoutMs, true, { signal: AbortSignal.any([over.signal, signal]) }).catch(() => false);
    const ended = once(child, "exit").then(([code]) => (code === 0 ? undefined : `exit status ${String(code)}`));
    try {
      const outcome = await Promise.race([ended, late]);
      if (typeof outcome !== "boolean") return outcome && [outcome, output.trim()].filter(Boolean).join(": ");
      return `no answer within ${this.check.timeoutSeconds} s`;
    } catch (error) {
      return (error as Error).message;
    } finally {
      over.abort();
      if (pid !== undefined) {
        signalGroup(pid, "SIGKILL");
        await ended;
        this.processes?.remove(pid);
      }
    }
  }
}
