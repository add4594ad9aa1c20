/**
 * Two kinds of time, kept apart because a rehearsal hurries only one of them.
 *
 * *Waits* (the soak, the pauses between attempts, the deadline) are AWS time: global `setTimeout` and `Date.now`, looked up
 * at every call, so that a runtime can run them faster. *Real work* (a request and its latency, a call to AWS) takes as
 * long as it takes: `performance.now` and `AbortSignal.timeout`, which nothing hurries.
 */

/** Waits `waitMs` of AWS time; rejects with the signal's reason when aborted. */
export function wait(waitMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // Node warns of a negative time.
    const timer = setTimeout(() => settle(resolve), Math.max(0, waitMs));
    const abort = () => settle(() => reject(signal?.reason as Error));
    const settle = (how: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      how();
    };
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  });
}

/** AWS time, in milliseconds. */
export function nowMs(): number {
  return Date.now();
}

/** Starts measuring real work; the returned function gives the real milliseconds since. */
export function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => performance.now() - startedAt;
}

/** A signal that aborts real work after `boundMs` real milliseconds. */
export function bound(boundMs: number): AbortSignal {
  return AbortSignal.timeout(boundMs);
}
