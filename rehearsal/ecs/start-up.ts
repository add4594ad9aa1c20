import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { FailedProbe, ProbeResult } from "../load-balancer/health-check";
import type { Target } from "../load-balancer/target";
import type { TargetGroup } from "../load-balancer/target-group";
import { isLoopback, isWildcard, type ListeningSocket } from "./listening-sockets";
import { containerFails, unreachable, wrongAnswer } from "./start-failure";
import type { Task } from "./task";

/** Real times, in milliseconds: an app starts no faster under a scaled clock. */
const lookEveryMs = 500;
/** After this time a line says what is awaited. */
const silentMs = 5_000;
/** For how long an app that listens elsewhere may still be about to listen where it should. */
const elsewhereMs = 15_000;
const localOnlyMs = 3_000;
/** For how long an app that listens on its container's port may still be about to listen on PORT. */
const constantPortMs = 2_000;
/** For how long wrong answers may be those of an app that starts; a server's error often is one. */
const wrongMs = 3_000;
const serverErrorMs = 15_000;
const wrongAnswers = 3;
/** A slower health check than this is not waited for. */
const longestIntervalMs = 3_000;

export interface StartUpProps {
  readonly task: Task;
  readonly target: Target;
  readonly targetGroup: TargetGroup;
  readonly graceSeconds: number;
  readonly clock: Clock;
  readonly timeline: Timeline;
}

/** Something that is seen at each look since a moment. */
interface Since {
  readonly what: string;
  readonly ms: number;
}

/** Looks, in real time, at a task that starts, and finds out why it cannot become healthy before its grace period is over. */
export class StartUp {
  private readonly startedAt = performance.now();
  private wrong: { readonly first: number; readonly count: number; readonly last: FailedProbe } | undefined;
  private listens: Since = { what: "", ms: 0 };
  private sockets: readonly ListeningSocket[] | undefined;
  private isTold = false;
  /** The task is to be started again elsewhere. */
  isOutdated = false;

  constructor(private readonly props: StartUpProps) {}

  /** Resolves with why the task cannot become healthy, as soon as that is certain; with nothing once it is healthy. */
  async cause(signal: AbortSignal): Promise<string | undefined> {
    const { target, targetGroup, clock } = this.props;
    const onProbe = (probed: Target, result: ProbeResult) => probed === target && this.count(result);
    targetGroup.on("probe", onProbe);
    const probes = clock.realMs(targetGroup.healthCheck.intervalSeconds * 1000) > longestIntervalMs;
    try {
      for (let look = 1; !signal.aborted && !this.isHealthy && !this.isOutdated; look++) {
        await sleep(lookEveryMs, undefined, { signal });
        if (probes && look % (longestIntervalMs / lookEveryMs) === 0) await this.probe(signal);
        const cause = await this.look();
        if (cause !== undefined) return cause;
      }
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      targetGroup.off("probe", onProbe);
    }
  }

  private get isHealthy(): boolean {
    const { task, target } = this.props;
    return target.state === "healthy" && (task.health?.status ?? "HEALTHY") === "HEALTHY";
  }

  private async probe(signal: AbortSignal): Promise<void> {
    const { target, targetGroup } = this.props;
    if (target.state !== "initial") return;
    this.count(await target.probe(targetGroup.healthCheck, longestIntervalMs, signal));
  }

  private count(result: ProbeResult): void {
    if (result.passed || result.how !== "wrong") this.wrong = undefined;
    else
      this.wrong = { first: this.wrong?.first ?? performance.now(), count: (this.wrong?.count ?? 0) + 1, last: result };
  }

  private async look(): Promise<string | undefined> {
    const { task, target, targetGroup } = this.props;
    if (this.wrong) {
      const { first, count, last } = this.wrong;
      const starting = performance.now() - first < ((last.status ?? 0) >= 500 ? serverErrorMs : wrongMs);
      if (count < wrongAnswers || starting) return undefined;
      const asked = { hostHeader: target.hostHeader, ...task.origin };
      return wrongAnswer(last, targetGroup.healthCheck, asked, task.logs);
    }
    if (target.state === "healthy") return this.whyContainerFails();
    await this.lookAtSockets();
    if (this.ignoresPort && task.moveToOwnNetwork()) this.isOutdated = true;
    return this.whyUnreachable() ?? this.tellWhatIsAwaited();
  }

  /** Its own check goes on failing, although the load balancer's passes. */
  private whyContainerFails(): string | undefined {
    const { health, origin } = this.props.task;
    return health && health.failuresInARow >= wrongAnswers ? containerFails(health.lastFailure, origin) : undefined;
  }

  private async lookAtSockets(): Promise<void> {
    const { task, target } = this.props;
    const { port } = task.expectedPort;
    this.sockets = await task.listeningSockets();
    const here = this.sockets?.filter((socket) => socket.port === port) ?? [];
    // One address of the machine alone is as good: on AWS it is the task's only one.
    const own = here.find(({ address }) => !isLoopback(address) && !isWildcard(address));
    if (own && !here.some(({ address }) => isWildcard(address))) target.host = own.address;
    const what = JSON.stringify(this.sockets);
    if (what !== this.listens.what) this.listens = { what, ms: performance.now() };
  }

  private get ignoresPort(): boolean {
    const { port, isToldByVariable, containerPort } = this.props.task.expectedPort;
    if (!isToldByVariable || performance.now() - this.listens.ms < constantPortMs) return false;
    const listens = (wanted: number | undefined) => this.sockets?.some((socket) => socket.port === wanted) === true;
    return listens(containerPort) && !listens(port);
  }

  private whyUnreachable(): string | undefined {
    const { task } = this.props;
    const { sockets } = this;
    if (!sockets?.length) return undefined;
    const here = sockets.filter(({ port }) => port === task.expectedPort.port);
    if (here.some(({ address }) => !isLoopback(address) || address === task.localAddress)) return undefined;
    const since = performance.now() - this.listens.ms;
    if (since < (here.length > 0 ? localOnlyMs : elsewhereMs)) return undefined;
    return unreachable(sockets, task.expectedPort, task.origin);
  }

  private tellWhatIsAwaited(): undefined {
    const { task, target, targetGroup, graceSeconds, timeline } = this.props;
    if (this.isTold || target.state === "unused" || performance.now() - this.startedAt < silentMs) return;
    this.isTold = true;
    const { port } = task.expectedPort;
    const listens = this.sockets?.some((socket) => socket.port === port);
    const silent = listens ? `has not answered GET ${targetGroup.healthCheck.path}` : `does not listen on port ${port}`;
    const limit = `it has ${graceSeconds} s (healthCheckGracePeriodSeconds)`;
    const text = `${task.label} runs, but ${silent} yet; ${limit}`;
    timeline.emit("ecs", "task.starting", text, { task: task.label, port, graceSeconds });
  }
}
