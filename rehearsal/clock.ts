import { sleepFully } from "./sleep";

/** Real work (a request, a process that ends) is not hurried by a scaled clock: its bound never shrinks below this. */
const shortestBoundMs = 5_000;

/**
 * AWS time, run `scale` times faster than the clock on the wall.
 *
 * Two kinds of durations are told apart. A *wait* (five minutes of soak, a health check's interval) is scaled. A *bound*
 * on real work (a health check's timeout, the time to stop a process) is scaled too, but never below five real seconds or
 * AWS's own value, whichever is smaller: the app under rehearsal does not answer 60 times faster.
 */
export class Clock {
  private readonly startedAt = performance.now();

  /**
   * @param scale AWS milliseconds per real millisecond; 1 is real time
   * @param shortestBounds share of the shortest bounds that is kept: less than 1 for tests whose real work is quick
   */
  constructor(
    readonly scale: number,
    private readonly shortestBounds = 1,
  ) {}

  /** Real milliseconds since the clock was made. */
  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  /** AWS milliseconds since the clock was made. */
  get awsMs(): number {
    return this.elapsedMs * this.scale;
  }

  /** Real milliseconds that a wait of `awsMs` takes. */
  realMs(awsMs: number): number {
    return awsMs / this.scale;
  }

  /**
   * Real milliseconds allowed to real work that AWS bounds at `awsMs`.
   *
   * @param shortestMs below which the bound never shrinks, in real time, unless AWS's own is shorter
   */
  boundMs(awsMs: number, shortestMs = shortestBoundMs): number {
    return Math.max(awsMs / this.scale, Math.min(awsMs, shortestMs * this.shortestBounds));
  }

  /** Waits `awsMs` of AWS time, and no less. Rejects with the signal's reason when aborted. */
  wait(awsMs: number, signal?: AbortSignal): Promise<void> {
    return sleepFully(this.realMs(awsMs), signal);
  }
}
