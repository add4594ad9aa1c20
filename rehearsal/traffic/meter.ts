import type { Timeline } from "../events";
import type { ClientConnection } from "../load-balancer/clients";
import { newTraceId } from "../load-balancer/trace-id";
import type { MachineLoad } from "./machine-load";
import { defaultMix, type TrafficClass } from "./mix";
import type { Outcome, ResponseHeaders } from "./outcome";
import { describeTotals, type FailedRequest, type TrafficReport } from "./report";
import { dueMs, turns } from "./schedule";
import { timerMs } from "../sleep";
import { Sender } from "./sender";
import { Gap, Tally } from "./tally";

/** How many failures are told one by one. */
const failuresKept = 20;

export interface TrafficOptions {
  /** Where the app is; its origin counts, paths are the mix's. */
  readonly url: string;
  readonly ratePerSecond: number;
  /** How its clients connect. @default as DNS and the public authorities have it */
  readonly client?: ClientConnection;
  /** @default equal parts of requests to `/` on fresh connections, on kept ones, and over HTTP/2 where `url` is HTTPS */
  readonly mix?: readonly TrafficClass[];
  /** Real milliseconds from the intended send time until an answer must be complete. @default 5000 */
  readonly timeoutMs?: number;
  /** Told of each complete answer that was as it should be. @default nobody */
  readonly onSuccess?: (answer: Answer) => void;
  /** Told of each request that failed. @default nobody */
  readonly onFailure?: (failure: Pick<FailedRequest, "intendedMs" | "endedMs" | "kind" | "version">) => void;
  /** Who should have answered. @default any version will do */
  readonly versions?: VersionCheck;
  /** Tells a busy machine from an app that does not answer. @default nothing is blamed on the machine */
  readonly machine?: MachineLoad | undefined;
  readonly timeline: Timeline;
}

/** A complete answer; times are `clock.elapsedMs`. */
export interface Answer {
  /** Which class of the mix the request was of, from 0. */
  readonly classIndex: number;
  readonly traceId: string;
  readonly intendedMs: number;
  readonly endedMs: number;
  /** From the intended send time to the end of the answer; of a WebSocket, until it was open. */
  readonly latencyMs: number;
}

export interface VersionCheck {
  /** Which version gave an answer; `traceId` is the request's `X-Amzn-Trace-Id` header, `Root=1-…`. */
  identify(traceId: string, headers: ResponseHeaders): string | undefined;
  /**
   * Whether `version` was live at some moment in which the request was under way; both times are `clock.elapsedMs`, real
   * milliseconds since the rehearsal's start. An answer from a version that nobody knows is a wrong one.
   */
  isExpected(version: string, intendedMs: number, endedMs: number): boolean;
}

export interface Traffic {
  /** Sends nothing more, waits for the requests under way (no longer than they may take), and closes every connection. */
  stop(): Promise<TrafficReport>;
  /** The counts so far. */
  snapshot(): TrafficReport;
}

/**
 * The people who use the app while it is released: requests at a fixed rate, in an open loop. Each request has its time in
 * a schedule that no answer can delay, and its latency counts from then, so a stalled server is seen as what it is to
 * its users.
 */
export function startTraffic(options: TrafficOptions): Traffic {
  const meter = new Meter(options);
  meter.start();
  return meter;
}

interface MixedClass extends TrafficClass {
  readonly timeoutMs: number;
  readonly tally: Tally;
}

interface SentRequest {
  readonly one: MixedClass;
  readonly traceId: string;
  /** Its time in the schedule; real milliseconds since the rehearsal's start. */
  readonly intendedMs: number;
  /** How much later it was sent. */
  readonly latenessMs: number;
}

type JudgedOutcome = Exclude<Outcome, { kind: "hungUp" }>;

class Meter implements Traffic {
  private readonly mix: readonly MixedClass[];
  private readonly order: readonly number[];
  private readonly sender: Sender;
  private readonly startedMs: number;
  private readonly startedAt = performance.now();
  private readonly gap: Gap;
  private readonly answeredBy: Record<string, number> = {};
  private readonly failedBy: Record<string, number> = {};
  private readonly failures: FailedRequest[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private next = 0;
  private worstLatenessMs = 0;
  private stopped: Promise<TrafficReport> | undefined;

  constructor(private readonly options: TrafficOptions) {
    const { url, mix = defaultMix(url), timeoutMs = 5_000, client } = options;
    this.startedMs = this.nowMs;
    this.gap = new Gap(this.startedMs);
    this.mix = mix.map((one) => ({ timeoutMs, ...one, tally: new Tally(one.name, one.path, this.startedMs) }));
    this.order = turns(mix.map(({ weight = 1 }) => weight));
    this.sender = new Sender(url, client);
  }

  start(): void {
    const { ratePerSecond, url } = this.options;
    this.options.timeline.emit("traffic", "traffic.started", `${ratePerSecond} requests a second to ${url}`, {
      ratePerSecond,
      url,
      mix: this.mix.map(({ name, path, weight = 1 }) => ({ name, path, weight })),
    });
    this.tick();
  }

  stop(): Promise<TrafficReport> {
    return (this.stopped ??= this.end());
  }

  snapshot(): TrafficReport {
    return this.report(this.nowMs);
  }

  private async end(): Promise<TrafficReport> {
    clearTimeout(this.timer);
    const stoppedMs = this.nowMs;
    this.sendDue(stoppedMs);
    this.sender.leave();
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    await this.sender.destroy();
    const report = this.report(stoppedMs);
    this.options.timeline.emit("traffic", "traffic.stopped", describeTotals(report), { report });
    return report;
  }

  /** Sends what is due and sleeps until the next request is. */
  private tick(): void {
    this.sendDue(this.nowMs);
    const waitMs = this.startedMs + dueMs(this.next, this.options.ratePerSecond) - this.nowMs;
    this.timer = setTimeout(() => this.tick(), timerMs(waitMs));
  }

  /** Sends every request whose time has come, however late the event loop may be. */
  private sendDue(nowMs: number): void {
    for (;;) {
      const intendedMs = this.startedMs + dueMs(this.next, this.options.ratePerSecond);
      if (intendedMs > nowMs) return;
      this.send(this.next++, intendedMs);
    }
  }

  private send(index: number, intendedMs: number): void {
    const one = this.mix[this.order[index % this.order.length]!]!;
    const request = { one, intendedMs, latenessMs: this.nowMs - intendedMs, traceId: newTraceId() };
    this.worstLatenessMs = Math.max(this.worstLatenessMs, request.latenessMs);
    one.tally.send();
    const work = this.perform(request).then((outcome) => {
      this.underWay.delete(work);
      this.judge(request, outcome);
    });
    this.underWay.add(work);
  }

  private perform({ one, latenessMs, traceId }: SentRequest): Promise<Outcome> {
    const timeoutMs = one.timeoutMs - latenessMs;
    if (timeoutMs <= 0) {
      const message = `this machine was ${Math.round(latenessMs)} ms late, longer than an answer may take`;
      return Promise.resolve({ kind: "unsent", message });
    }
    const { machine } = this.options;
    const sinceMs = performance.now() - latenessMs;
    return this.sender.send(one, traceId, timeoutMs, machine && (() => machine.starvedMs(sinceMs)));
  }

  private judge({ one, intendedMs, latenessMs, traceId }: SentRequest, outcome: Outcome): void {
    const endedMs = this.nowMs;
    if (outcome.kind === "hungUp") return one.tally.succeed(endedMs, undefined);
    const version = outcome.headers && this.options.versions?.identify(traceId, outcome.headers);
    const end = outcome.kind === "ok" ? this.checkVersion(outcome, version, intendedMs, endedMs) : outcome;
    if (end.kind === "ok") {
      const latencyMs = end.latencyMs === undefined ? endedMs - intendedMs : latenessMs + end.latencyMs;
      one.tally.succeed(endedMs, latencyMs);
      this.options.onSuccess?.({ classIndex: this.mix.indexOf(one), traceId, intendedMs, endedMs, latencyMs });
      this.gap.success(endedMs);
      return;
    }
    one.tally.fail(end.kind);
    if (version !== undefined) this.failedBy[version] = (this.failedBy[version] ?? 0) + 1;
    this.options.onFailure?.({ intendedMs, endedMs, kind: end.kind, version });
    if (this.failures.length >= failuresKept) return;
    const failure = { intendedMs, endedMs, class: one.name, kind: end.kind, message: end.message, version, traceId };
    this.failures.push(failure);
    this.options.timeline.emit("traffic", "traffic.failed", `${one.name} request failed: ${end.message}`, failure);
  }

  private checkVersion(
    outcome: JudgedOutcome,
    version: string | undefined,
    intendedMs: number,
    endedMs: number,
  ): JudgedOutcome {
    const { versions } = this.options;
    if (!versions) return outcome;
    const name = version ?? "unknown";
    this.answeredBy[name] = (this.answeredBy[name] ?? 0) + 1;
    if (version !== undefined && versions.isExpected(version, intendedMs, endedMs)) return outcome;
    const message =
      version === undefined ? "nobody knows which version answered" : `${version} answered, and was not live`;
    return { kind: "wrongVersion", headers: outcome.headers, message };
  }

  private report(nowMs: number): TrafficReport {
    return {
      ratePerSecond: this.options.ratePerSecond,
      durationMs: nowMs - this.startedMs,
      classes: this.mix.map(({ tally }) => tally.report(nowMs)),
      longestGapMs: this.gap.longestUntil(nowMs),
      answeredBy: { ...this.answeredBy },
      failedBy: { ...this.failedBy },
      failures: [...this.failures],
      worstLatenessMs: this.worstLatenessMs,
      ...(this.options.machine ? { starvedMs: this.options.machine.starvedMs(this.startedAt) } : {}),
    };
  }

  private get nowMs(): number {
    return this.options.timeline.clock.elapsedMs;
  }
}
