import type { AwsControlPlane } from "../aws-endpoint/control-plane";
import type { Alarms } from "../cloudwatch/alarms";

/** CloudWatch's DescribeAlarms. All alarms here are metric alarms. */
export function alarmOperations(alarms: Alarms): AwsControlPlane {
  return {
    describeAlarms: ({ AlarmNames, StateValue, AlarmTypes = ["MetricAlarm"] }) => ({
      MetricAlarms: alarms.all
        .filter(({ name, state }) => (AlarmNames?.includes(name) ?? true) && (StateValue ?? state) === state)
        .filter(() => AlarmTypes.includes("MetricAlarm"))
        .map(({ name, state, reason }) => ({ AlarmName: name, StateValue: state, StateReason: reason })),
      CompositeAlarms: [],
    }),
  };
}
