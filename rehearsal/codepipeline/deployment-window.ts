import { Cron } from "croner";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { RulePerformer } from "./pipeline";

export interface DeploymentWindowOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
  /** The time in AWS when the rehearsal began. @default the time on the wall */
  readonly startedAt?: Date;
}

/** Nobody rehearses a night: a longer wait is cut to this, and said to be. AWS time. */
const longestWaitMs = 5 * 60_000;

/**
 * Holds a run until the window opens. That it waits follows from AWS's note on rules beside it: CodePipeline user guide,
 * rule-reference-DeploymentWindow, "Important".
 */
export function deploymentWindow(options: DeploymentWindowOptions): RulePerformer {
  const { clock, timeline, signal, startedAt = new Date() } = options;
  return async ({ configuration: { Cron: pattern = "", TimeZone = "UTC" } }) => {
    // Where one of the two kinds of days is ?, the other alone counts; the library says * for that.
    const cron = new Cron(pattern.replaceAll("?", "*"), { timezone: TimeZone, paused: true });
    const now = new Date(startedAt.getTime() + clock.awsMs);
    if (cron.match(now)) return;
    const opens = cron.nextRun(now);
    if (!opens) throw new Error(`the deployment window ${pattern} (${TimeZone}) never opens again`);
    const waitMs = opens.getTime() - now.getTime();
    const text = `the deployment window ${pattern} (${TimeZone}) is closed until ${opens.toISOString()}`;
    timeline.emit("codepipeline", "window.closed", text, { opensAt: opens.toISOString() });
    const heldMs = Math.min(waitMs, longestWaitMs);
    await timeline.during("the deployment window is closed", heldMs, () => clock.wait(heldMs, signal));
    const skipped = `; the rehearsal skips ${Math.ceil((waitMs - heldMs) / 60_000)} minutes of waiting`;
    timeline.emit("codepipeline", "window.opened", `the deployment window opens${waitMs > heldMs ? skipped : ""}`);
  };
}
