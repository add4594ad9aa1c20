import assert from "node:assert/strict";
import { alarmProblems } from "../../components/deployment/alarms";
import { entryConditions } from "../../components/pipeline/deploy-conditions";
import { devGraph, type Graph, its, prodGraph, statements } from "../support/graph";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const groupType = "aws:codedeploy/deploymentGroup:DeploymentGroup";

interface Stage {
  readonly name: string;
  readonly beforeEntry?: {
    readonly condition: {
      readonly result: string;
      readonly rules: readonly {
        readonly name: string;
        readonly ruleTypeId: unknown;
        readonly configuration: Readonly<Record<string, string>>;
      }[];
    };
  };
}

function stages({ recorder }: Graph): readonly Stage[] {
  return recorder.find("aws:codepipeline/pipeline:Pipeline").inputs.stages as Stage[];
}

/** In the order in which they are told to CodeDeploy and the pipeline. */
function alarmNames(graph: Graph): string[] {
  const labels = ["server-errors", "latency", "unhealthy-tasks"].flatMap((kind) => [`blue-${kind}`, `green-${kind}`]);
  const made = graph.recorder.all(alarmType);
  const named = [...labels, "load-balancer-errors"].flatMap((label) => made.filter(({ name }) => name.endsWith(label)));
  assert.equal(named.length, made.length);
  return named.map(({ outputs }) => String(outputs.name));
}

describe("alarms that the program makes", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph({ alarms: { serverErrorPercent: 2, latencyP99Ms: 750 }, alarmNames: ["own"] });
  });

  it("watch the share of 5xx of each target group, once enough requests came", () => {
    for (const color of ["blue", "green"]) {
      const dimensions = {
        LoadBalancer: its(graph, "aws:lb/loadBalancer:LoadBalancer", "", "arnSuffix"),
        TargetGroup: its(graph, "aws:lb/targetGroup:TargetGroup", `-${color}`, "arnSuffix"),
      };
      const metric = (metricName: string) => ({
        namespace: "AWS/ApplicationELB",
        metricName,
        dimensions,
        period: 60,
        stat: "Sum",
      });
      assert.deepEqual(graph.recorder.find(alarmType, `-${color}-server-errors`).inputs, {
        alarmDescription: `greenlight-dev: more than 2 % of the requests answered with 5xx, in 2 of 3 minutes, on ${color}`,
        metricQueries: [
          {
            id: "judged",
            expression: "IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)",
            label: `${color}-server-errors`,
            returnData: true,
          },
          { id: "requests", metric: metric("RequestCount") },
          { id: "errors", metric: metric("HTTPCode_Target_5XX_Count") },
        ],
        comparisonOperator: "GreaterThanThreshold",
        threshold: 2,
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
        treatMissingData: "notBreaching",
      });
    }
  });

  it("fill nothing where every minute must be bad, since the newest one is always late", async () => {
    const strict = await devGraph({ alarms: { evaluationPeriods: 2, datapointsToAlarm: 2 } });
    for (const { inputs } of strict.recorder.all(alarmType))
      assert.doesNotMatch(JSON.stringify(inputs.metricQueries), /FILL/);
  });

  it("watch p99 of the response time in seconds, as CloudWatch has it", () => {
    const { threshold, metricQueries } = graph.recorder.find(alarmType, "-green-latency").inputs;
    const [judged, , seconds] = metricQueries as [{ expression: string }, unknown, { metric: Record<string, unknown> }];
    assert.equal(threshold, 0.75);
    assert.equal(judged.expression, "IF(requests >= 20, seconds, 0)");
    assert.deepEqual([seconds.metric.metricName, seconds.metric.stat], ["TargetResponseTime", "p99"]);
  });

  it("watch unhealthy tasks only where requests go, so that neither blue after the shift nor green before it fires", () => {
    const { threshold, comparisonOperator, metricQueries } = graph.recorder.find(
      alarmType,
      "-blue-unhealthy-tasks",
    ).inputs;
    const [judged] = metricQueries as [{ expression: string }];
    assert.equal(judged.expression, "IF(requests > 0, unhealthy, 0)");
    assert.deepEqual([threshold, comparisonOperator], [1, "GreaterThanOrEqualToThreshold"]);
  });

  it("watch what the load balancer answers in the tasks' place, which it reports for both target groups together", () => {
    const { metricQueries, threshold } = graph.recorder.find(alarmType, "-load-balancer-errors").inputs;
    const [judged, ...metrics] = metricQueries as [{ expression: string }, ...{ metric: Record<string, unknown> }[]];
    const failures = "FILL(failures, 0)";
    const share = `IF(requests + ${failures} >= 20, 100 * ${failures} / (requests + ${failures}), 0)`;
    assert.equal(judged.expression, share);
    assert.deepEqual(
      metrics.map(({ metric }) => metric.metricName),
      ["RequestCount", "HTTPCode_ELB_5XX_Count"],
    );
    const LoadBalancer = its(graph, "aws:lb/loadBalancer:LoadBalancer", "", "arnSuffix");
    for (const { metric } of metrics) assert.deepEqual(metric.dimensions, { LoadBalancer });
    assert.equal(threshold, 2);
  });

  it("roll a deployment back together with the stack's own, and CodeDeploy and the pipeline may read them", () => {
    const names = [...alarmNames(graph), "own"];
    assert.equal(names.length, 8);
    const { alarmConfiguration } = graph.recorder.find(groupType).inputs;
    assert.deepEqual(alarmConfiguration, { enabled: true, alarms: names, ignorePollAlarmFailure: false });
    for (const role of ["-deploy", "-pipeline"]) {
      const read = statements(graph, role).find(({ Action }) => Action.includes("cloudwatch:DescribeAlarms"));
      // The stack's own may be a composite one, which takes reading all.
      assert.deepEqual(read?.Resource, ["*"]);
    }
  });

  it("are read one by one where all are made here", async () => {
    const made = await devGraph({ alarms: {} });
    for (const role of ["-deploy", "-pipeline"]) {
      const read = statements(made, role).find(({ Action }) => Action.includes("cloudwatch:DescribeAlarms"));
      const arns = alarmNames(made).map((name) => `arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${name}`);
      assert.deepEqual(read?.Resource, arns);
    }
  });

  it("refuse a release while one of them fires: five at the deploy stage, those without room there at the build stage", () => {
    const [, build, deploy] = stages(graph);
    const names = [...alarmNames(graph), "own"];
    const asked = [deploy, build].flatMap((stage) => stage?.beforeEntry?.condition.rules ?? []);
    assert.deepEqual(
      asked.map(({ configuration }) => configuration),
      names.map((AlarmName) => ({ AlarmName, AlarmStates: "ALARM", WaitTime: "1" })),
    );
    assert.equal(deploy?.beforeEntry?.condition.rules.length, 5);
    assert.equal(deploy?.beforeEntry?.condition.result, "FAIL");
    assert.equal(asked[0]?.name, "blue-server-errors-quiet");
    assert.deepEqual(asked[0]?.ruleTypeId, {
      category: "Rule",
      owner: "AWS",
      provider: "CloudWatchAlarm",
      version: "1",
    });
  });

  it("leave room at the deploy stage for its other rules", () => {
    const alarms = ["a", "b", "c", "d", "e"].map((name) => ({ label: name, name, made: true }));
    const window = { name: "window", ruleTypeId: { category: "Rule", provider: "DeploymentWindow" } };
    const { build, deploy } = entryConditions(alarms, [window]);
    const names = ({ beforeEntry }: typeof build) =>
      (beforeEntry as Stage["beforeEntry"])?.condition.rules.map(({ name }) => name);
    assert.deepEqual(names(deploy), ["window", "a-quiet", "b-quiet", "c-quiet", "d-quiet"]);
    assert.deepEqual(names(build), ["e-quiet"]);
  });

  it("are not there unless the stack asks for them, and then no stage has a condition", async () => {
    const dev = await devGraph();
    assert.deepEqual(alarmNames(dev), []);
    assert.ok(stages(dev).every((stage) => !("beforeEntry" in stage)));
    assert.ok(statements(dev, "-pipeline").every(({ Action }) => !Action.includes("cloudwatch:DescribeAlarms")));
  });

  it("are seven in the stack prod", async () => {
    assert.equal(alarmNames(await prodGraph()).length, 7);
  });

  it("are refused where they can never work, each with the reason", () => {
    const problems = alarmProblems({
      alarms: {
        serverErrorPercent: 100,
        latencyP99Ms: 0,
        unhealthyTasks: 0,
        minimumRequests: 0.5,
        evaluationPeriods: 3,
        datapointsToAlarm: 4,
      },
      alarmNames: ["a", "b", "c", "d", "e"],
      terminationWaitMinutes: 4,
    });
    assert.deepEqual(
      problems.map(({ path }) => path),
      [
        "alarmNames",
        "alarms.serverErrorPercent",
        "alarms.latencyP99Ms",
        "alarms.unhealthyTasks",
        "alarms.minimumRequests",
        "alarms.datapointsToAlarm",
        "terminationWaitMinutes",
      ],
    );
    assert.match(problems[0]!.message, /has 5 besides the 7 that `alarms` makes; a deployment group takes at most 10/);
    assert.match(problems.at(-1)!.message, /an alarm needs more than 4 minutes to notice. Give it 5 or more/);
  });

  it("take their defaults from `alarms: {}`", () => {
    assert.deepEqual(alarmProblems({ alarms: {}, alarmNames: [], terminationWaitMinutes: 5 }), []);
  });
});
