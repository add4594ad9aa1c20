import { build, type Histogram } from "hdr-histogram-js";
import type { FailureKind } from "./outcome";
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

/** Counts what one class of requests saw. */
export class Tally {
  private sent = 0;
  private ok = 0;
  private readonly failed = countsOf(() => 0);
  private readonly latencyMicroseconds: Histogram = build({ bitBucketSize: 32, numberOfSignificantValueDigits: 3 });
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

  succeed(endedMs: number, latencyMs: number): void {
    this.ok++;
    this.gap.success(endedMs);
    this.latencyMicroseconds.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
  }

  fail(kind: FailureKind): void {
    this.failed[kind]++;
    // It never left this machine.
    if (kind === "unsent") this.sent--;
  }

  report(nowMs: number): ClassReport {
    const { name, path, sent, ok } = this;
    const longestGapMs = this.gap.longestUntil(nowMs);
    return { name, path, sent, ok, failed: { ...this.failed }, longestGapMs, latency: this.latency() };
  }

  private latency(): Latency {
    const ms = (percentile: number): number =>
      this.ok === 0 ? 0 : this.latencyMicroseconds.getValueAtPercentile(percentile) / 1000;
    return { p50Ms: ms(50), p99Ms: ms(99), maxMs: ms(100) };
  }
}
