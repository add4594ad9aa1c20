import { setTimeout as sleep } from "node:timers/promises";

/** What a timer of Node's takes: whole milliseconds, and 0 for a moment that has passed, since Node warns of a negative time. */
export function timerMs(ms: number): number {
  return Math.max(0, Math.ceil(ms));
}

/**
 * Waits so many real milliseconds, and no less: a timer of Node's drops the fraction, and counts from when its event loop
 * last looked at the clock. Rejects with the signal's reason when aborted.
 */
export async function sleepFully(ms: number, signal?: AbortSignal): Promise<void> {
  const endMs = performance.now() + ms;
  try {
    do await sleep(timerMs(endMs - performance.now()), undefined, { signal });
    while (performance.now() < endMs);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
