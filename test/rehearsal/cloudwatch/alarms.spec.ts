import assert from "node:assert/strict";
import { Alarms } from "../../../rehearsal/cloudwatch/alarms";
import { LoadBalancerMetrics } from "../../../rehearsal/cloudwatch/load-balancer-metrics";
import { alarmRule } from "../../../rehearsal/codepipeline/alarm-rule";
import { newExecution } from "../../../rehearsal/codepipeline/execution";
import type { TimelineEvent } from "../../../rehearsal/events";
import type { MetricAlarmResource } from "../../../rehearsal/graph/resources";
import { Harness, listenerArn } from "../load-balancer/harness";

/** A minute of AWS time takes a tenth of a second. */
const scale = 600;
const dimensions = { LoadBalancer: "lb", TargetGroup: "tg/blue" };

const metric = (id: string, metricName: string, stat: string) => ({
  id,
  metric: { namespace: "AWS/ApplicationELB", metricName, dimensions, period: 60, stat },
});

/** As the program's components write it. */
const errors: MetricAlarmResource = {
  name: "errors",
  metricQueries: [
    { id: "judged", expression: "IF(requests >= 20, 100 * errors / requests, 0)", returnData: true },
    metric("requests", "RequestCount", "Sum"),
    metric("errors", "HTTPCode_Target_5XX_Count", "Sum"),
  ],
  comparisonOperator: "GreaterThanThreshold",
  threshold: 5,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  treatMissingData: "notBreaching",
};

const ofOne = (metricName: string, change: Partial<MetricAlarmResource>): MetricAlarmResource => ({
  name: metricName,
  namespace: "AWS/ApplicationELB",
  metricName,
  dimensions,
  period: 60,
  statistic: "Maximum",
  comparisonOperator: "GreaterThanOrEqualToThreshold",
  threshold: 1,
  evaluationPeriods: 1,
  treatMissingData: "notBreaching",
  ...change,
});

describe("alarms of CloudWatch", () => {
  let harness: Harness;
  let alarms: Alarms;
  let events: TimelineEvent[];

  const start = async (resources: readonly MetricAlarmResource[], names: readonly string[] = []) => {
    harness = await new Harness({}, {}, scale).listen();
    const { loadBalancer, blue, green, clock, timeline } = harness;
    events = [];
    timeline.on((event) => events.push(event));
    const targetGroups = [blue, green];
    const metrics = new LoadBalancerMetrics({ loadBalancer, targetGroups, clientListenerArns: [listenerArn], clock });
    alarms = new Alarms({ alarms: resources, names, metrics, clock, timeline });
  };

  afterEach(async () => {
    alarms.close();
    await harness.close();
  });

  /** Asks again and again until `name` is in `state`. */
  const askUntil = async (name: string, state: string) => {
    while (alarms.state(name) !== state) await (await fetch(harness.url)).text();
  };

  it("fire by the share of 5xx that targets really answered, tell it once, and are OK again when it is over", async () => {
    await start([errors]);
    let status = 500;
    await harness.target(harness.blue, (_, response) => response.writeHead(status).end());
    const fired: string[] = [];
    alarms.onFire((name) => fired.push(`${name}: ${alarms.describe(name).reason}`));
    await askUntil("errors", "ALARM");
    status = 200;
    await askUntil("errors", "OK");
    assert.equal(fired.length, 1);
    assert.match(fired[0]!, /^errors: the last datapoints are \S+, \S+, \S+$/);
    assert.deepEqual(
      events.filter(({ source }) => source === "cloudwatch").map(({ type }) => type),
      ["alarm.alarm", "alarm.ok"],
    );
  });

  it("know of slow answers, of unhealthy targets and of what the load balancer answers itself", async () => {
    await start([
      ofOne("TargetResponseTime", { statistic: "p99", threshold: 0.02 }),
      ofOne("UnHealthyHostCount", {}),
      ofOne("HTTPCode_ELB_5XX_Count", { statistic: "Sum", dimensions: { LoadBalancer: "lb" } }),
    ]);
    const slow = await harness.app((_, response) => setTimeout(() => response.end(), 30));
    const target = harness.blue.register({ host: "127.0.0.1", port: slow.port, label: "slow" });
    await harness.blue.whenHealthy(target);
    await askUntil("TargetResponseTime", "ALARM");
    slow.server.close();
    slow.server.closeAllConnections();
    await askUntil("UnHealthyHostCount", "ALARM");
    await askUntil("HTTPCode_ELB_5XX_Count", "ALARM");
  });

  it("by name only exist, are OK, and are what a test sets them to", async () => {
    await start([], ["orders"]);
    assert.deepEqual(alarms.all, [{ name: "orders", state: "OK", reason: "nothing evaluates it here" }]);
    alarms.set("orders", "ALARM", "a test says so");
    assert.equal(alarms.describe("orders").reason, "a test says so");
    assert.throws(() => alarms.state("other"), /there is no alarm other; there are orders/);
  });

  it("of what is not modelled stay OK, and it is said why", async () => {
    await start([
      ofOne("CPUUtilization", { namespace: "AWS/ECS" }),
      { ...errors, name: "band", comparisonOperator: "GreaterThanUpperThreshold" },
    ]);
    assert.deepEqual(
      alarms.all.map(({ state }) => state),
      ["OK", "OK"],
    );
    const [cpu, band] = alarms.all;
    assert.equal(cpu?.reason, "the rehearsal has no Maximum of AWS/ECS CPUUtilization");
    assert.equal(band?.reason, "the rehearsal has no comparison GreaterThanUpperThreshold");
  });

  describe("before a stage of the pipeline", () => {
    const rule = (configuration: Record<string, string>) =>
      alarmRule({ ...harness, alarms, signal: new AbortController().signal })(
        { name: "quiet", ruleTypeId: { provider: "CloudWatchAlarm" }, configuration },
        newExecution("", ""),
      );

    it("let a run in when they are OK, and when they become so within the wait", async () => {
      await start([], ["orders"]);
      await rule({ AlarmName: "orders", AlarmStates: "ALARM", WaitTime: "1" });
      alarms.set("orders", "ALARM", "a test says so");
      const entered = rule({ AlarmName: "orders", AlarmStates: "ALARM", WaitTime: "1" });
      alarms.set("orders", "OK", "a test says so");
      await entered;
    });

    it("refuse it when they still fire after the wait", async () => {
      await start([], ["orders"]);
      alarms.set("orders", "ALARM", "a test says so");
      await assert.rejects(rule({ AlarmName: "orders", WaitTime: "1" }), /^Error: the alarm orders is in ALARM$/);
    });
  });
});
