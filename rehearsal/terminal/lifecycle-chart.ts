import { awsTime } from "./lines";

/** A lifecycle event of a deployment, for as long as it took. */
export interface LifecycleSpan {
  readonly name: string;
  readonly startedAwsMs: number;
  readonly endedAwsMs: number;
  readonly succeeded: boolean;
}

/**
 * Draws lifecycle events as bars over AWS time, one line each:
 *
 *     Install            ██████                            01:10
 *     AllowTestTraffic         ▏                           00:01
 *
 * @param width characters for the longest possible bar
 */
export function lifecycleChart(spans: readonly LifecycleSpan[], width = 40): string[] {
  if (spans.length === 0) return [];
  const from = Math.min(...spans.map((span) => span.startedAwsMs));
  const to = Math.max(...spans.map((span) => span.endedAwsMs));
  const column = (awsMs: number): number => Math.floor(((awsMs - from) / Math.max(1, to - from)) * width);
  const nameWidth = Math.max(...spans.map((span) => span.name.length));

  return spans.map(({ name, startedAwsMs, endedAwsMs, succeeded }) => {
    const start = Math.min(column(startedAwsMs), width - 1);
    const bar = "█".repeat(column(endedAwsMs) - start) || "▏";
    const drawn = `${" ".repeat(start)}${bar}`.padEnd(width);
    return `${name.padEnd(nameWidth)}  ${drawn}  ${awsTime(endedAwsMs - startedAwsMs)}${succeeded ? "" : " ✖"}`;
  });
}
