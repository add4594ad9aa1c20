import { watchedStep } from "../deployment-steps";
import type { TimelineEvent } from "../events";

/**
 * How long AWS would have waited in a deployment's steps: green's test, the shift, blue's last minutes. What this machine
 * really does (start green, start a function) is not hurried, so it says nothing about AWS, and does not count.
 */
export class AwsWaits {
  private waitedMs = 0;
  private stepStartedMs: number | undefined;
  private invokedMs: number | undefined;

  /** Milliseconds of AWS time. */
  get awsMs(): number {
    return Math.max(0, this.waitedMs);
  }

  follow(event: TimelineEvent): void {
    const { source, type, awsMs } = event;
    if (source === "lambda") this.followFunction(type, awsMs);
    const step = watchedStep(event);
    if (!step || step.effects.includes("install")) return;
    if (step.phase === "started") {
      this.stepStartedMs = awsMs;
    } else if (this.stepStartedMs !== undefined) {
      this.waitedMs += awsMs - this.stepStartedMs;
      this.stepStartedMs = undefined;
    }
  }

  /** From its invocation to its first line, a function is only being started. */
  private followFunction(type: string, awsMs: number): void {
    if (type === "invoked") this.invokedMs = awsMs;
    else if (this.invokedMs !== undefined) {
      if (this.stepStartedMs !== undefined) this.waitedMs -= awsMs - Math.max(this.invokedMs, this.stepStartedMs);
      this.invokedMs = undefined;
    }
  }
}
