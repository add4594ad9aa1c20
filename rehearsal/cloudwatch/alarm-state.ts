export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: "missing" | "ignore" | "breaching" | "notBreaching";
}

/**
 * How many datapoints more than its evaluation periods an alarm looks back for when some are missing. AWS's example has
 * five for three, and says that the number depends on the period, not how.
 */
const extraDatapoints = 2;

/** How many datapoints the evaluation of an alarm asks for. */
export function evaluationRange({ evaluationPeriods }: AlarmRule): number {
  return evaluationPeriods + extraDatapoints;
}

/**
 * The state of an alarm by its datapoints: whether each is breaching, oldest first, undefined where it is missing.
 * Source: CloudWatch user guide, alarms-and-missing-data, whose tables are the tests of this.
 */
export function nextAlarmState(
  rule: AlarmRule,
  datapoints: readonly (boolean | undefined)[],
  before: AlarmState,
): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const newestFirst = datapoints.slice(-evaluationRange(rule)).reverse();
  const real = newestFirst.filter((breaching) => breaching !== undefined).slice(0, evaluationPeriods);
  const breaching = real.filter(Boolean).length;
  const missing = evaluationPeriods - real.length;
  if (breaching >= datapointsToAlarm) return "ALARM";
  if (treatMissingData === "breaching") return breaching + missing >= datapointsToAlarm ? "ALARM" : "OK";
  if (missing === 0 || treatMissingData === "notBreaching") return "OK";
  if (real.length === 0) return treatMissingData === "ignore" ? before : "INSUFFICIENT_DATA";
  if (breaching < real.length) return "OK";
  // Nothing but breaching datapoints, too few of them: not at once, since the next one may be good again.
  const oldEnough = newestFirst.lastIndexOf(true) + 1 >= datapointsToAlarm;
  return treatMissingData === "missing" && oldEnough ? "ALARM" : before;
}
