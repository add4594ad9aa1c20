import type { MetricAlarmResource } from "../graph/resources";
import type { LoadBalancerMetrics, MetricStat } from "./load-balancer-metrics";
import { metricMath } from "./metric-math";

/** The value that an alarm judges, for the period that ends after so many whole minutes. */
export type AlarmMetric = (endMinute: number) => number | undefined;

/** The alarm's one query that returns data, worked out from its metrics. @throws Error for what is not modelled */
export function alarmMetric(alarm: MetricAlarmResource, metrics: LoadBalancerMetrics): AlarmMetric {
  const queries = alarm.metricQueries ?? [{ id: "metric", metric: ownMetric(alarm), returnData: true }];
  const byId = new Map<string, AlarmMetric>();
  // An expression may refer to those before and after it.
  const read =
    (id: string): AlarmMetric =>
    (endMinute) =>
      byId.get(id)!(endMinute);
  const ids = queries.map(({ id }) => id);
  for (const { id, metric, expression } of queries) {
    if (metric) byId.set(id, metrics.statistic(metric));
    else
      byId.set(
        id,
        evaluated(
          expression ?? "",
          ids.filter((other) => other !== id),
          read,
        ),
      );
  }
  const judged = queries.find(({ returnData }) => returnData);
  if (!judged) throw new Error("none of its queries returns data");
  return byId.get(judged.id)!;
}

/** Seconds of a datapoint. */
export function periodOf({ period, metricQueries = [] }: MetricAlarmResource): number {
  return period ?? Math.max(60, ...metricQueries.map(({ metric }) => metric?.period ?? 0));
}

function evaluated(expression: string, ids: readonly string[], read: (id: string) => AlarmMetric): AlarmMetric {
  const math = metricMath(expression, ids);
  const series = ids.filter((id) => new RegExp(`\\b${id}\\b`).test(expression)).map((id) => [id, read(id)] as const);
  return (endMinute) => math(Object.fromEntries(series.map(([id, valueAt]) => [id, valueAt(endMinute)])));
}

function ownMetric(alarm: MetricAlarmResource): MetricStat {
  const { namespace = "", metricName = "", dimensions = {}, period = 60, statistic, extendedStatistic } = alarm;
  return { namespace, metricName, dimensions, period, stat: statistic ?? extendedStatistic ?? "" };
}

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** Whether a value breaches the alarm's threshold. @throws Error for an operator that is not modelled */
export function breach({ comparisonOperator, threshold = 0 }: MetricAlarmResource): (value: number) => boolean {
  const compare = comparisons[comparisonOperator];
  if (!compare) throw new Error(`the rehearsal has no comparison ${comparisonOperator}`);
  return (value) => compare(value, threshold);
}
