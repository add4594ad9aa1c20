import type { Clock } from "../clock";
import type { Alarms } from "../cloudwatch/alarms";
import type { Timeline } from "../events";
import type { RulePerformer } from "./pipeline";

export interface AlarmRuleOptions {
  readonly alarms: Alarms;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

/**
 * Lets a run in unless the alarm is in one of the rule's states, and still is when the wait is over.
 * Source: CodePipeline user guide, rule-reference-CloudWatchAlarm.
 */
export function alarmRule({ alarms, clock, timeline, signal }: AlarmRuleOptions): RulePerformer {
  return async ({ configuration: { AlarmName = "", AlarmStates = "ALARM", WaitTime = "0" } }) => {
    const states = AlarmStates.split(",").map((state) => state.trim());
    const matches = () => states.includes(alarms.state(AlarmName));
    if (!matches()) return;
    const waitMs = Number(WaitTime) * 60_000;
    await timeline.during(`alarm ${AlarmName} may change`, waitMs, () => clock.wait(waitMs, signal));
    if (matches()) throw new Error(`the alarm ${AlarmName} is in ${alarms.state(AlarmName)}`);
  };
}
