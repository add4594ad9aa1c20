import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { cloudWatch, codeDeploy } from "../../aws-rules";
import { withDefaults } from "../defaults";
import type { BlueGreenLoadBalancer } from "../load-balancer/load-balancer";
import type { Problem } from "../problems";
import { listProblems, rangeProblems } from "../rule-problems";

/**
 * When a release goes back by itself: alarms on what the load balancer sees of each target group, and on what it answers
 * in their place, in periods of a minute, which is as often as a load balancer reports. docs/decisions/alarms-on-both-target-groups.md says why on each.
 */
export interface Alarms {
  /** Percent of a minute's requests that the tasks, or the load balancer in their place, may answer with 5xx. @default 5 */
  readonly serverErrorPercent?: number;
  /** Milliseconds in which 99 of 100 requests of a minute are answered. @default no such alarm */
  readonly latencyP99Ms?: number;
  /** Unhealthy tasks of a target group that gets requests, from which on it is too many. @default 1 */
  readonly unhealthyTasks?: number;
  /** Requests a minute from which on errors and latency are judged. @default 20 */
  readonly minimumRequests?: number;
  /** Minutes that an alarm looks back at. @default 3 */
  readonly evaluationPeriods?: number;
  /** How many of these must be bad. @default 2 */
  readonly datapointsToAlarm?: number;
}

/** An alarm by its name in CloudWatch, and what to call it among the pipeline's rules. */
export interface NamedAlarm {
  readonly label: string;
  readonly name: pulumi.Input<string>;
  /** Whether this program makes it; then it is no composite alarm. */
  readonly made: boolean;
}

const defaults = {
  serverErrorPercent: 5,
  unhealthyTasks: 1,
  minimumRequests: 20,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
};

interface Judged {
  readonly alarms?: Alarms;
  readonly alarmNames: readonly unknown[];
  readonly terminationWaitMinutes: number;
}

/** What is wrong with a service's alarms. */
export function alarmProblems({ alarms, alarmNames, terminationWaitMinutes }: Judged): Problem[] {
  const made = alarms ? 2 * kindsOf(withDefaults(defaults, alarms)).length + 1 : 0;
  const problems = listProblems("alarmNames", alarmNames, cloudWatch.alarmName);
  const wrong = (path: string, message: string) => problems.push({ path, message });
  const { most } = codeDeploy.alarmsOfGroup;
  if (alarmNames.length + made > most) {
    const besides = made > 0 ? ` besides the ${made} that \`alarms\` makes` : "";
    wrong("alarmNames", `has ${alarmNames.length}${besides}; a deployment group takes at most ${most}.`);
  }
  // Source: CodeDeploy API, InvalidAlarmConfigException.
  alarmNames.forEach((name, index) => {
    if (typeof name === "string" && alarmNames.indexOf(name) !== index)
      wrong(`alarmNames[${index}]`, `"${name}" is listed twice.`);
  });
  if (!alarms) return problems;
  const settled = withDefaults(defaults, alarms);
  const { evaluationPeriods, datapointsToAlarm } = settled;
  const { serverErrorPercent } = settled;
  if (!(serverErrorPercent >= 0 && serverErrorPercent < 100)) {
    wrong("alarms.serverErrorPercent", `is ${serverErrorPercent}; expected 0 or more, and less than 100.`);
  }
  if (settled.latencyP99Ms !== undefined && !(settled.latencyP99Ms > 0)) {
    wrong("alarms.latencyP99Ms", `is ${settled.latencyP99Ms}; expected milliseconds above 0.`);
  }
  const counts = rangeProblems("alarms", settled, {
    unhealthyTasks: cloudWatch.datapoints,
    minimumRequests: cloudWatch.datapoints,
    datapointsToAlarm: cloudWatch.datapoints,
    evaluationPeriods: cloudWatch.evaluationPeriods,
  });
  problems.push(...counts);
  if (!counts.some(({ path }) => path === "alarms.evaluationPeriods") && datapointsToAlarm > evaluationPeriods) {
    wrong("alarms.datapointsToAlarm", `is ${datapointsToAlarm}; it cannot exceed the ${evaluationPeriods} periods.`);
  }
  if (terminationWaitMinutes <= datapointsToAlarm) {
    const least = `green is watched for so long, and an alarm needs more than ${datapointsToAlarm} minutes to notice`;
    wrong(
      "terminationWaitMinutes",
      `is ${terminationWaitMinutes}; ${least}. Give it ${datapointsToAlarm + 1} or more.`,
    );
  }
  return problems;
}

/** Makes the alarms of both target groups and of the load balancer, in the order in which they are told. */
export function makeAlarms(
  name: string,
  alarms: Alarms,
  { loadBalancer, blue, green }: BlueGreenLoadBalancer,
  opts: pulumi.CustomResourceOptions,
): NamedAlarm[] {
  const settled = withDefaults(defaults, alarms);
  const { evaluationPeriods, datapointsToAlarm } = settled;
  const make = (kind: Kind, label: string, where: string, dimensions: Record<string, pulumi.Input<string>>) => {
    const metric = (id: string, metricName: string, stat: string) => ({
      id,
      metric: { namespace: "AWS/ApplicationELB", metricName, dimensions, period: 60, stat },
    });
    const alarm = new aws.cloudwatch.MetricAlarm(
      `${name}-${label}`,
      {
        alarmDescription: `${name}: ${kind.description}, in ${datapointsToAlarm} of ${evaluationPeriods} minutes, ${where}`,
        metricQueries: [
          { id: "judged", expression: kind.expression, label, returnData: true },
          metric("requests", "RequestCount", "Sum"),
          metric(kind.id, kind.metricName, kind.stat),
        ],
        comparisonOperator: kind.comparisonOperator,
        threshold: kind.threshold,
        evaluationPeriods,
        datapointsToAlarm,
        // A target group without requests reports none; that is the group that is not live.
        treatMissingData: "notBreaching",
      },
      opts,
    );
    return { label, name: alarm.name, made: true };
  };
  const LoadBalancer = loadBalancer.arnSuffix;
  const ofGroups = kindsOf(settled).flatMap((kind) =>
    Object.entries({ blue, green }).map(([color, group]) =>
      make(kind, `${color}-${kind.label}`, `on ${color}`, { LoadBalancer, TargetGroup: group.arnSuffix }),
    ),
  );
  const own = loadBalancerErrors(settled);
  return [...ofGroups, make(own, own.label, "by the load balancer", { LoadBalancer })];
}

/** Names given by the user, with labels. */
export function ownAlarms(alarmNames: readonly pulumi.Input<string>[]): NamedAlarm[] {
  return alarmNames.map((name, index) => ({ label: `own-alarm-${index + 1}`, name, made: false }));
}

type Settled = typeof defaults & Pick<Alarms, "latencyP99Ms">;
type Kind = ReturnType<typeof kindsOf>[number];

/**
 * A load balancer reports 5xx only while there are any. Without a 0 in their place an alarm stays as it was for minutes after the last one:
 * seen on AWS. Metrics come late, and a 0 in the newest minute's place would always hide it from an alarm that needs all of
 * its minutes, so there nothing is filled. Source: CloudWatch user guide, using-metric-math, "FILL".
 */
function filled(id: string, { datapointsToAlarm, evaluationPeriods }: Settled): string {
  return datapointsToAlarm < evaluationPeriods ? `FILL(${id}, 0)` : id;
}

// Tasks that crash as soon as they are asked are gone before they count as unhealthy, and 502 is no answer of theirs: the
// load balancer's own 5xx, which it reports for all of its target groups together, tell of them.
function loadBalancerErrors(settled: Settled): Kind {
  const { serverErrorPercent, minimumRequests } = settled;
  const failures = filled("failures", settled);
  return {
    label: "load-balancer-errors",
    description: `more than ${serverErrorPercent} % of the requests answered with 5xx`,
    id: "failures",
    metricName: "HTTPCode_ELB_5XX_Count",
    stat: "Sum",
    // Requests for which there was no target are no part of RequestCount.
    expression: `IF(requests + ${failures} >= ${minimumRequests}, 100 * ${failures} / (requests + ${failures}), 0)`,
    comparisonOperator: "GreaterThanThreshold",
    threshold: serverErrorPercent,
  };
}

// Every expression asks for requests first: what gets none is not judged, as blue after the shift or green before it.
function kindsOf(settled: Settled) {
  const { serverErrorPercent, latencyP99Ms, unhealthyTasks, minimumRequests } = settled;
  const latency = latencyP99Ms === undefined ? [] : [latencyP99Ms];
  return [
    {
      label: "server-errors",
      description: `more than ${serverErrorPercent} % of the requests answered with 5xx`,
      id: "errors",
      metricName: "HTTPCode_Target_5XX_Count",
      stat: "Sum",
      expression: `IF(requests >= ${minimumRequests}, 100 * ${filled("errors", settled)} / requests, 0)`,
      comparisonOperator: "GreaterThanThreshold",
      threshold: serverErrorPercent,
    },
    ...latency.map((milliseconds) => ({
      label: "latency",
      description: `p99 of the response time above ${milliseconds} ms`,
      id: "seconds",
      metricName: "TargetResponseTime",
      stat: "p99",
      expression: `IF(requests >= ${minimumRequests}, seconds, 0)`,
      comparisonOperator: "GreaterThanThreshold",
      threshold: milliseconds / 1000,
    })),
    {
      label: "unhealthy-tasks",
      description: `${unhealthyTasks} or more unhealthy tasks where requests go`,
      id: "unhealthy",
      metricName: "UnHealthyHostCount",
      stat: "Maximum",
      expression: "IF(requests > 0, unhealthy, 0)",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: unhealthyTasks,
    },
  ];
}
