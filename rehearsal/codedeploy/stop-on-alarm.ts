import type { Clock } from "../clock";
import type { Alarms } from "../cloudwatch/alarms";
import type { Deployment } from "./deployment";

export interface AlarmWatch {
  readonly alarms: Alarms;
  /** Those of the deployment group. */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How often CodeDeploy looks at the alarms is documented nowhere that we found; this figure is ours. */
const pollSeconds = 10;

/**
 * Stops the deployment when one of its group's alarms is in ALARM. Source: CodeDeploy user guide, monitoring-create-alarms.
 * In which phases of a deployment AWS looks is documented nowhere that we found; here it does from the start to the end.
 */
export async function stopOnAlarm(deployment: Deployment, { alarms, names, clock, signal }: AlarmWatch): Promise<void> {
  while (!deployment.ended) {
    const [firing] = alarms.firing(names);
    if (firing !== undefined) return deployment.stop(`ALARM_ACTIVE: the alarm ${firing} is in ALARM`, "alarm");
    await clock.wait(pollSeconds * 1000, signal).catch(() => undefined);
    if (signal.aborted) return;
  }
}
