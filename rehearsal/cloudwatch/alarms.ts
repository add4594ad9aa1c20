import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { MetricAlarmResource } from "../graph/resources";
import { type AlarmMetric, alarmMetric, breach, periodOf } from "./alarm-metric";
import { type AlarmRule, type AlarmState, evaluationRange, nextAlarmState } from "./alarm-state";
import { timerMs } from "../sleep";
import type { LoadBalancerMetrics } from "./load-balancer-metrics";

/** An alarm as DescribeAlarms tells it. */
export interface AlarmDescription {
  readonly name: string;
  readonly state: AlarmState;
  readonly reason: string;
}

export interface AlarmsProps {
  /** The program's own. */
  readonly alarms: readonly MetricAlarmResource[];
  /** Every alarm that the release refers to; those that are not the program's exist and are OK. */
  readonly names: readonly string[];
  readonly metrics: LoadBalancerMetrics;
  readonly clock: Clock;
  readonly timeline: Timeline;
}

interface Performed {
  readonly name: string;
  readonly rule: AlarmRule;
  readonly valueAt: AlarmMetric;
  readonly isBreaching: (value: number) => boolean;
  readonly periodMinutes: number;
}

type FireListener = (name: string) => void;

/** The alarms of CloudWatch, each evaluated every minute of AWS time. Source: CloudWatch user guide, alarm-evaluation. */
export class Alarms {
  private readonly described = new Map<string, AlarmDescription>();
  private readonly performed: readonly Performed[];
  private readonly listeners = new Set<FireListener>();
  private evaluated: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly props: AlarmsProps) {
    for (const name of props.names)
      this.described.set(name, { name, state: "OK", reason: "nothing evaluates it here" });
    this.performed = props.alarms.flatMap((alarm) => this.perform(alarm));
    this.evaluated = props.metrics.completeMinutes;
    if (this.performed.length > 0) this.sleep();
  }

  /** @throws Error if there is no such alarm */
  state(name: string): AlarmState {
    return this.describe(name).state;
  }

  /** @throws Error if there is no such alarm */
  describe(name: string): AlarmDescription {
    const alarm = this.described.get(name);
    if (alarm) return alarm;
    const known = [...this.described.keys()].join(", ") || "none";
    throw new Error(`there is no alarm ${name}; there are ${known}`);
  }

  get all(): readonly AlarmDescription[] {
    return [...this.described.values()];
  }

  /** SetAlarmState: until the next evaluation, or for good where nothing evaluates the alarm here. */
  set(name: string, state: AlarmState, reason: string): void {
    this.describe(name);
    this.enter(name, state, reason);
  }

  /** Which of these are in ALARM. */
  firing(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.state(name) === "ALARM");
  }

  /** Calls `listener` each time that an alarm enters ALARM; the returned function ends that. */
  onFire(listener: FireListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Evaluates nothing more. */
  close(): void {
    clearTimeout(this.timer);
  }

  private perform(alarm: MetricAlarmResource): Performed[] {
    const { name, evaluationPeriods, datapointsToAlarm = evaluationPeriods, treatMissingData = "missing" } = alarm;
    const { metrics, timeline } = this.props;
    try {
      const performed = {
        name,
        rule: { evaluationPeriods, datapointsToAlarm, treatMissingData },
        valueAt: alarmMetric(alarm, metrics),
        isBreaching: breach(alarm),
        periodMinutes: periodOf(alarm) / 60,
      };
      this.described.set(name, { name, state: "INSUFFICIENT_DATA", reason: "it has just been created" });
      return [performed];
    } catch (error) {
      const reason = (error as Error).message;
      this.described.set(name, { name, state: "OK", reason });
      timeline.emit("cloudwatch", "alarm.ignored", `alarm ${name} stays OK: ${reason}`, { name, reason });
      return [];
    }
  }

  private sleep(): void {
    const { clock } = this.props;
    const minuteMs = 60_000;
    this.timer = setTimeout(() => this.tick(), timerMs(clock.realMs(minuteMs - (clock.awsMs % minuteMs)))).unref();
  }

  /** Evaluates every minute that has ended, however late the event loop may be. */
  private tick(): void {
    const { completeMinutes } = this.props.metrics;
    while (this.evaluated < completeMinutes) {
      const endMinute = ++this.evaluated;
      for (const alarm of this.performed) this.evaluate(alarm, endMinute);
    }
    this.sleep();
  }

  private evaluate({ name, rule, valueAt, isBreaching, periodMinutes }: Performed, endMinute: number): void {
    const back = Array.from({ length: evaluationRange(rule) }, (_, index) => index * periodMinutes).reverse();
    const values = back.map((minutes) => valueAt(endMinute - minutes));
    const datapoints = values.map((value) => (value === undefined ? undefined : isBreaching(value)));
    const state = nextAlarmState(rule, datapoints, this.state(name));
    const seen = values.map((value) => (value === undefined ? "-" : String(Number(value.toPrecision(3)))));
    this.enter(name, state, `the last datapoints are ${seen.slice(-rule.evaluationPeriods).join(", ")}`);
  }

  private enter(name: string, state: AlarmState, reason: string): void {
    const before = this.state(name);
    const alarm = { name, state, reason };
    this.described.set(name, alarm);
    // That an alarm which has just been created is OK is no news.
    if (state === before || (before === "INSUFFICIENT_DATA" && state === "OK")) return;
    const text = `alarm ${name} is ${state}: ${reason}`;
    this.props.timeline.emit("cloudwatch", `alarm.${state.toLowerCase()}`, text, { ...alarm, before });
    if (state === "ALARM") for (const listener of this.listeners) listener(name);
  }
}
