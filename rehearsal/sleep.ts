import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits so many real milliseconds, and no less: a timer of Node's drops the fraction, and counts from when its event loop
 * last looked at the clock. Rejects with the signal's reason when aborted.
 */
export async function sleepFully(ms: number, signal?: AbortSignal): Promise<void> {
  const endMs = performance.now() + ms;
  try {
    do await sleep(Math.ceil(endMs - performance.now()), undefined, { signal });
    while (performance.now() < endMs);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
