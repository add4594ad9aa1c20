/** What this function uses of Lambda's context object. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Kept back from the function's time to report the verdict in, in milliseconds of AWS time. */
const reserveMs = 30_000;

/**
 * Does `work` in the function's time less what the report needs. The signal is aborted, and the returned promise rejected
 * with "ran out of time", when that is over, whether or not the work heeds the signal.
 */
export async function beforeDeadline<T>(context: LambdaContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const remainingMs = context.getRemainingTimeInMillis();
  // A function with less than a minute keeps back half of it, or it would have no time to test.
  const allowedMs = Math.max(0, remainingMs - reserveMs, remainingMs / 2);
  const controller = new AbortController();
  const { signal } = controller;
  const outOfTime = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
  const timer = setTimeout(() => controller.abort(new OutOfTime(allowedMs)), allowedMs);
  try {
    return await Promise.race([work(signal), outOfTime]);
  } finally {
    clearTimeout(timer);
  }
}

class OutOfTime extends Error {
  constructor(allowedMs: number) {
    super(
      `ran out of time: no result within ${Math.round(allowedMs / 1000)} s; ` +
        "give the function a longer timeout, or test for less long (waitSeconds)",
    );
  }
}
