import { build, type Histogram } from "hdr-histogram-js";
import { type FailureKind, unjudgedKinds } from "./outcome";
import { type ClassReport, countsOf, type Latency } from "./report";

/** The longest time between two successes, seen so far. */
export class Gap {
  private longestMs = 0;

  /** @param lastMs when to count from: the start of the traffic. */
  constructor(private lastMs: number) {}

  success(atMs: number): void {
    this.longestMs = this.longestUntil(atMs);
    this.lastMs = Math.max(this.lastMs, atMs);
  }

  /** The gap that is open at `nowMs` included. */
  longestUntil(nowMs: number): number {
    return Math.max(this.longestMs, nowMs - this.lastMs);
  }
}

/** Of latencies in whole microseconds; precise to a thousandth. */
export function newHistogram(): Histogram {
  return build({ bitBucketSize: 32, numberOfSignificantValueDigits: 3 });
}

export function latencyOf(microseconds: Histogram): Latency {
  const ms = (percentile: number): number =>
    microseconds.totalCount === 0 ? 0 : microseconds.getValueAtPercentile(percentile) / 1000;
  return { p50Ms: ms(50), p99Ms: ms(99), p999Ms: ms(99.9), maxMs: ms(100) };
}

/** Counts what one class of requests saw. */
export class Tally {
  private sent = 0;
  private ok = 0;
  private readonly failed = countsOf(() => 0);
  private readonly latencyMicroseconds = newHistogram();
  private readonly gap: Gap;

  constructor(
    private readonly name: string,
    private readonly path: string,
    startedMs: number,
  ) {
    this.gap = new Gap(startedMs);
  }

  send(): void {
    this.sent++;
  }

  /** @param latencyMs none for a client that did not wait for its answer */
  succeed(endedMs: number, latencyMs: number | undefined): void {
    this.ok++;
    if (latencyMs === undefined) return;
    this.gap.success(endedMs);
    this.latencyMicroseconds.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
  }

  fail(kind: FailureKind): void {
    this.failed[kind]++;
    // This machine failed it, and nobody else.
    if (unjudgedKinds.includes(kind)) this.sent--;
  }

  report(nowMs: number): ClassReport {
    const { name, path, sent, ok } = this;
    const longestGapMs = this.gap.longestUntil(nowMs);
    return { name, path, sent, ok, failed: { ...this.failed }, longestGapMs, latency: this.latency() };
  }

  private latency(): Latency {
    return latencyOf(this.latencyMicroseconds);
  }
}
