import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./clock";
import type { Timeline } from "./events";

/** A time limit of AWS's is over. */
export class TimedOut extends Error {}

export interface TimeLimitContext {
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Ends the work before its time. */
  readonly signal: AbortSignal;
  /** Below which the limit never shrinks, in real milliseconds: for work that a scaled clock does not hurry. @default 0 */
  readonly leastMs?: number;
}

/** Runs `work` for so many minutes of AWS time at most; its signal is aborted with `TimedOut` after that, or with the context's reason. */
export async function withinMinutes<T>(
  minutes: number,
  text: string,
  { clock, timeline, signal, leastMs = 0 }: TimeLimitContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const limit = new AbortController();
  const timer = sleep(clock.boundMs(minutes * 60_000, leastMs), undefined, { signal: over.signal }).then(
    () => limit.abort(new TimedOut(`${text}: no end within ${minutes} minutes`)),
    () => undefined,
  );
  try {
    return await timeline.during(text, undefined, () => work(AbortSignal.any([signal, limit.signal])));
  } finally {
    over.abort();
    await timer;
  }
}

/** Settles as `promise` does, or rejects with the signal's reason once that is aborted. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", onAbort!));
}
