import { between, from, type TextRule } from "./rule";

/** Days that CloudWatch Logs keeps a log for. Source: CloudWatch Logs API, PutRetentionPolicy. */
export const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const putMetricAlarm = "CloudWatch API, PutMetricAlarm";

/** Periods of a minute that an alarm looks back at: a day in all. */
export const evaluationPeriods = between(1, 1440, putMetricAlarm);
export const datapoints = from(1, putMetricAlarm);

export const alarmName: TextRule = {
  source: putMetricAlarm,
  expected: "a name of 1 to 255 characters, without control characters",
  pattern: /^[ -~\u00a1-\uffff]*[!-~\u00a1-\uffff][ -~\u00a1-\uffff]*$/,
  least: 1,
  most: 255,
};
