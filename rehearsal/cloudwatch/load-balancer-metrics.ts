import type { Clock } from "../clock";
import type { LoadBalancer } from "../load-balancer/load-balancer";
import type { TargetGroup } from "../load-balancer/target-group";

/** A metric and how a period of it becomes one number. */
export interface MetricStat {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly period: number;
  readonly stat: string;
}

/** What was seen of a target group in a minute. */
interface Minute {
  requests: number;
  /** Answers of targets by the first digit of their status. */
  readonly answers: number[];
  /** 502, 503 and 504 of the load balancer itself. */
  ownErrors: number;
  readonly responseSeconds: number[];
  readonly healthyHosts: number[];
  readonly unhealthyHosts: number[];
}

export interface LoadBalancerMetricsProps {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroups: readonly TargetGroup[];
  /** Listeners that clients use, at their real rate. */
  readonly clientListenerArns: readonly string[];
  readonly clock: Clock;
  /** Minutes that are kept. @default a day */
  readonly keptMinutes?: number;
}

const namespace = "AWS/ApplicationELB";
const minuteMs = 60_000;

/**
 * The metrics that a load balancer reports of each of its target groups, for each minute of AWS time. Source: ALB user
 * guide, load-balancer-cloudwatch-metrics. AWS does not say how late they are; here they are not.
 *
 * Clients are not hurried, so that each of their requests stands for as many as there would have been in AWS's longer
 * minute; the test hook is, so that its requests count as they are.
 */
export class LoadBalancerMetrics {
  private readonly minutes = new Map<number, Map<TargetGroup, Minute>>();

  constructor(private readonly props: LoadBalancerMetricsProps) {
    const { loadBalancer, targetGroups, clientListenerArns, clock } = props;
    const weightOf = (listenerArn: string) => (clientListenerArns.includes(listenerArn) ? clock.scale : 1);
    loadBalancer.on("request", ({ listenerArn, targetGroupArn, target }) => {
      const minute = target && this.now(targetGroupArn);
      if (minute) minute.requests += weightOf(listenerArn);
    });
    loadBalancer.on("answer", ({ listenerArn, targetGroupArn, status, responseSeconds }) => {
      const minute = this.now(targetGroupArn);
      if (!minute) return;
      if (responseSeconds === undefined) {
        minute.ownErrors += weightOf(listenerArn);
        return;
      }
      const hundreds = Math.floor(status / 100);
      minute.answers[hundreds] = (minute.answers[hundreds] ?? 0) + weightOf(listenerArn);
      minute.responseSeconds.push(responseSeconds);
    });
    for (const group of targetGroups) group.on("health", () => countHosts(group, this.now(group.arn)!));
  }

  /** Whole minutes since the start. */
  get completeMinutes(): number {
    return Math.floor(this.props.clock.awsMs / minuteMs);
  }

  /**
   * The statistic of a metric over the period that ends after so many whole minutes; undefined where nothing was reported.
   *
   * @throws Error for a metric, statistic or period that is not modelled
   */
  statistic(metric: MetricStat): (endMinute: number) => number | undefined {
    const { metricName, stat, period } = metric;
    if (period % 60 !== 0) throw new Error(`a load balancer reports every 60 seconds; the period is ${period}`);
    const groups = this.groupsOf(metric);
    const valuesOf = values[metricName];
    const combine = statistics[stat] ?? percentile(stat);
    if (metric.namespace !== namespace || !valuesOf || !combine) {
      throw new Error(`the rehearsal has no ${stat} of ${metric.namespace} ${metricName}`);
    }
    return (endMinute) => {
      const spans = Array.from({ length: period / 60 }, (_, back) => this.minutes.get(endMinute - 1 - back));
      const seen = spans.flatMap((span) => groups.flatMap((group) => span?.get(group) ?? []));
      const found = seen.flatMap(valuesOf);
      return found.length > 0 ? combine(found) : undefined;
    };
  }

  private groupsOf({ metricName, dimensions: { TargetGroup: suffix } = {} }: MetricStat): readonly TargetGroup[] {
    const { targetGroups } = this.props;
    if (suffix === undefined) return targetGroups;
    if (metricName.startsWith("HTTPCode_ELB_")) throw new Error(`${metricName} is not reported by target group`);
    const groups = targetGroups.filter(({ arn }) => arn.endsWith(`:${suffix}`));
    if (groups.length === 0) throw new Error(`the load balancer has no target group ${suffix}`);
    return groups;
  }

  /** The present minute of a target group; none of a group that is somebody else's. */
  private now(targetGroupArn: string | undefined): Minute | undefined {
    const number = this.completeMinutes;
    let groups = this.minutes.get(number);
    if (!groups) {
      groups = new Map(this.props.targetGroups.map((group) => [group, startMinute(group)]));
      this.minutes.set(number, groups);
      const oldest = number - (this.props.keptMinutes ?? 1440);
      for (const kept of this.minutes.keys()) if (kept < oldest) this.minutes.delete(kept);
    }
    return [...groups].find(([{ arn }]) => arn === targetGroupArn)?.[1];
  }
}

function startMinute(group: TargetGroup): Minute {
  const minute = { requests: 0, answers: [], ownErrors: 0, responseSeconds: [], healthyHosts: [], unhealthyHosts: [] };
  countHosts(group, minute);
  return minute;
}

function countHosts(group: TargetGroup, { healthyHosts, unhealthyHosts }: Minute): void {
  const targets = group.targets().filter(({ state }) => state !== "draining");
  if (targets.length === 0) return;
  healthyHosts.push(targets.filter(({ state }) => state === "healthy").length);
  unhealthyHosts.push(targets.filter(({ state }) => state === "unhealthy").length);
}

const answers = (hundreds: number) => (minute: Minute) => reported(minute, minute.answers[hundreds] ?? 0);

/** What each metric says in a minute: nothing, or one or more values. */
const values: Readonly<Record<string, (minute: Minute) => number[]>> = {
  RequestCount: (minute) => reported(minute, minute.requests),
  RequestCountPerTarget: (minute) => {
    const hosts = minute.healthyHosts.at(-1) || (minute.unhealthyHosts.at(-1) ?? 0);
    return reported(minute, minute.requests / Math.max(1, hosts));
  },
  HTTPCode_Target_2XX_Count: answers(2),
  HTTPCode_Target_3XX_Count: answers(3),
  HTTPCode_Target_4XX_Count: answers(4),
  HTTPCode_Target_5XX_Count: answers(5),
  HTTPCode_ELB_5XX_Count: ({ ownErrors }) => (ownErrors > 0 ? [ownErrors] : []),
  TargetResponseTime: ({ responseSeconds }) => responseSeconds,
  HealthyHostCount: ({ healthyHosts }) => healthyHosts,
  UnHealthyHostCount: ({ unhealthyHosts }) => unhealthyHosts,
};

/** A count is reported if there are registered targets. */
function reported({ healthyHosts }: Minute, count: number): number[] {
  return healthyHosts.length > 0 ? [count] : [];
}

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

const statistics: Readonly<Record<string, (all: readonly number[]) => number>> = {
  Sum: sum,
  Average: (all) => sum(all) / all.length,
  Minimum: (all) => Math.min(...all),
  Maximum: (all) => Math.max(...all),
};

/** `p99` and the like, by nearest rank. */
function percentile(stat: string): ((all: readonly number[]) => number) | undefined {
  const percent = Number(/^p(\d+(?:\.\d+)?)$/.exec(stat)?.[1]);
  if (!(percent > 0 && percent <= 100)) return undefined;
  return (all) => [...all].sort((one, other) => one - other)[Math.ceil((percent / 100) * all.length) - 1]!;
}
