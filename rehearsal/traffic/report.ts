import { type FailureKind, failureKinds, unjudgedKinds } from "./outcome";

/** What one class of requests saw; times are real. */
export interface ClassReport {
  readonly name: string;
  readonly path: string;
  /** Requests handed to the network, those under way included. */
  readonly sent: number;
  readonly ok: number;
  readonly failed: Readonly<Record<FailureKind, number>>;
  /** Longest time between two successful answers; before the first and after the last count too. */
  readonly longestGapMs: number;
  /** Of the successful answers, from the intended send time to the end of the answer. */
  readonly latency: Latency;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface FailedRequest {
  /** Real milliseconds since the rehearsal's start, when the request should have been sent. */
  readonly intendedMs: number;
  /** The same, when it ended. */
  readonly endedMs: number;
  readonly class: string;
  readonly kind: FailureKind;
  readonly message: string;
  readonly version: string | undefined;
  readonly traceId: string;
}

export interface TrafficReport {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly classes: readonly ClassReport[];
  /** Over all classes. */
  readonly longestGapMs: number;
  /** How many complete answers each version gave, in the order of their first answers; `unknown` where nobody knows. */
  readonly answeredBy: Readonly<Record<string, number>>;
  /** How many requests each version failed, where it is known who did. */
  readonly failedBy: Readonly<Record<string, number>>;
  /** The first failures; the counts have them all. */
  readonly failures: readonly FailedRequest[];
  /** How late the meter itself sent a request at worst. */
  readonly worstLatenessMs: number;
  /** How long this machine had no time for anyone. @default nobody looked */
  readonly starvedMs?: number;
}

export interface Totals {
  readonly sent: number;
  readonly ok: number;
  /** Every request that was sent and has failed. */
  readonly failed: number;
  readonly underWay: number;
  readonly unsent: number;
  /** Those that were not judged, because this machine was too busy. */
  readonly tooBusy: number;
  readonly byKind: Readonly<Record<FailureKind, number>>;
}

export function totals(report: Pick<TrafficReport, "classes">): Totals {
  const sum = (count: (one: ClassReport) => number): number => report.classes.reduce((all, one) => all + count(one), 0);
  const byKind = countsOf((kind) => sum((one) => one.failed[kind]));
  const sent = sum((one) => one.sent);
  const ok = sum((one) => one.ok);
  const judged = failureKinds.filter((kind) => !unjudgedKinds.includes(kind));
  const failed = judged.reduce((all, kind) => all + byKind[kind], 0);
  return { sent, ok, failed, underWay: sent - ok - failed, unsent: byKind.unsent, tooBusy: byKind.tooBusy, byKind };
}

export function countsOf(count: (kind: FailureKind) => number): Record<FailureKind, number> {
  return Object.fromEntries(failureKinds.map((kind) => [kind, count(kind)])) as Record<FailureKind, number>;
}

/**
 * The failure rate that `requests` requests without a failure leave possible, at 95 % confidence: 3/N, from 0 to 1.
 *
 * Source: the "rule of three", since 0.95 = 1 - (1 - rate)^N gives rate ≈ 3/N.
 */
export function zeroFailuresBound(requests: number): number {
  return Math.min(1, 3 / requests);
}

/** A few words: how many requests, and how many failed. */
export function describeTotals(report: Pick<TrafficReport, "classes">): string {
  const { sent, ok, failed, byKind } = totals(report);
  const requests = `${count(sent)} ${sent === 1 ? "request" : "requests"}`;
  if (failed > 0) {
    const kinds = failureKinds.filter((kind) => byKind[kind] > 0 && !unjudgedKinds.includes(kind));
    return `${requests}, ${count(failed)} failed (${kinds.map((kind) => `${byKind[kind]} ${labels[kind]}`).join(", ")})`;
  }
  if (ok === 0) return `${requests}, none answered`;
  return `${requests}, 0 failed`;
}

/** A table of counts and times, one line a class; columns of failures that did not happen are left out. */
export function trafficTable(report: TrafficReport): string[] {
  const kinds = failureKinds.filter((kind) => report.classes.some((one) => one.failed[kind] > 0));
  const head = ["", "sent", "ok", ...kinds.map((kind) => labels[kind]), "longest gap", "p50", "p99", "max"];
  const rows = report.classes.map(({ name, sent, ok, failed, longestGapMs, latency }) => [
    name,
    ...[sent, ok, ...kinds.map((kind) => failed[kind])].map(count),
    ...[longestGapMs, latency.p50Ms, latency.p99Ms, latency.maxMs].map(milliseconds),
  ]);
  return align([head, ...rows]);
}

const labels: Readonly<Record<FailureKind, string>> = {
  refused: "refused",
  reset: "reset",
  timeout: "timed out",
  serverError: "5xx",
  otherStatus: "4xx",
  truncated: "truncated",
  wrongVersion: "wrong version",
  unsent: "unsent",
  tooBusy: "not judged",
};

export function count(number: number): string {
  return number.toLocaleString("en");
}

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : count(Math.round(ms))} ms`;
}

/** Columns side by side: the first flush left, the others flush right. */
export function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "),
  );
}
