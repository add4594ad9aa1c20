import type { GraphResource, Recorder } from "../rehearsal/graph/recorder";
import { fargateItems } from "./fargate";
import { hours, hoursAMonth, type Item, month } from "./item";
import type { Usage } from "./prices";

/** What a month of the graph's resources is billed for. */
export function items(recorder: Recorder, usage: Usage): Item[] {
  return [
    ...fargateItems(recorder),
    ...recorder.all("aws:lb/loadBalancer:LoadBalancer").flatMap((it) => loadBalancerItems(it, usage)),
    ...networkItems(recorder, usage),
    ...monitoringItems(recorder, usage),
    ...recorder.all("aws:kms/key:Key").map(({ name }) => month(name, "KMS key", 1, "key", "kmsKeyMonth")),
    ...pipelineItems(recorder, usage),
  ];
}

function loadBalancerItems({ name, inputs }: GraphResource, { loadBalancerCapacityUnits }: Usage): Item[] {
  // One that was there before is its owner's to pay.
  if (inputs.subnets === undefined) return [];
  const subnets = (inputs.subnets as unknown[]).length;
  const units = loadBalancerCapacityUnits * hoursAMonth;
  return [
    hours(name, "load balancer", 1, "loadBalancerHour"),
    { resource: name, what: "capacity units", quantity: units, unit: "LCU-h", price: "loadBalancerCapacityUnitHour" },
    ...(inputs.internal === true ? [] : [hours(name, "public IPv4 addresses", subnets, "publicIpv4Hour")]),
  ];
}

/** A VPC is a component of Pulumi's provider: the graph has its inputs, and not the gateways that it makes of them. */
function networkItems(recorder: Recorder, { gbThroughNatOrEndpoints: gb }: Usage): Item[] {
  const gateways = recorder.all("awsx:ec2:Vpc").map(({ name, inputs }) => {
    const { strategy } = inputs.natGateways as { strategy: "None" | "Single" | "OnePerAz" };
    return { name, count: { None: 0, Single: 1, OnePerAz: Number(inputs.numberOfAvailabilityZones) }[strategy] };
  });
  const endpoints = recorder
    .all("aws:ec2/vpcEndpoint:VpcEndpoint")
    .filter(({ inputs }) => inputs.vpcEndpointType === "Interface");
  const zones = endpoints.reduce((sum, { inputs }) => sum + (inputs.subnetIds as unknown[]).length, 0);
  return [
    ...gateways
      .filter(({ count }) => count > 0)
      .flatMap(({ name, count }) => [
        hours(name, count === 1 ? "NAT gateway" : `${count} NAT gateways`, count, "natGatewayHour"),
        month(name, "through NAT", gb, "GB", "natGatewayGb"),
        hours(name, "NAT's public IPv4 addresses", count, "publicIpv4Hour"),
      ]),
    ...(zones > 0
      ? [
          hours("VPC endpoints", `${endpoints.length} endpoints, by zone`, zones, "vpcEndpointHour"),
          month("VPC endpoints", "through endpoints", gb, "GB", "vpcEndpointGb"),
        ]
      : []),
  ];
}

/**
 * Metrics of tasks on Fargate, by what they are of; each is billed as a custom one. Source: CloudWatch user guide,
 * Container-Insights-metrics-ECS, and cloudwatch_billing.
 */
const insightsMetrics = { cluster: 12, service: 15, family: 10 };

function monitoringItems(recorder: Recorder, { logGb }: Usage): Item[] {
  const own = recorder.all("aws:cloudwatch/metricAlarm:MetricAlarm");
  const made = own.reduce((sum, { inputs }) => sum + metricsOf(inputs.metricQueries), 0);
  // Application Auto Scaling makes two alarms for each policy: one for too much, one for too little.
  const scaling = recorder.all("aws:appautoscaling/policy:Policy").reduce((sum, { inputs }) => {
    const { customizedMetricSpecification } = inputs.targetTrackingScalingPolicyConfiguration as {
      customizedMetricSpecification?: { metrics: unknown };
    };
    return sum + 2 * metricsOf(customizedMetricSpecification?.metrics);
  }, 0);
  const insights = recorder.all("aws:ecs/cluster:Cluster").filter(hasInsights);
  const metrics = insightsMetrics.cluster + insightsMetrics.service + insightsMetrics.family;
  const logs = recorder.all("aws:cloudwatch/logGroup:LogGroup").length;
  return [
    ...(made > 0 ? [month("alarms", `metrics of ${own.length} alarms`, made, "metric", "alarmMetricMonth")] : []),
    ...(scaling > 0 ? [month("autoscaling", "metrics of its alarms", scaling, "metric", "alarmMetricMonth")] : []),
    ...insights.map(({ name }) => month(name, "Container Insights", metrics, "metric", "customMetricMonth")),
    ...(logs > 0 ? [month("logs", `written to ${logs} log groups`, logGb, "GB", "logsGb")] : []),
  ];
}

/** An alarm is billed for each metric that it, or its expression, looks at. Source: CloudWatch user guide, cloudwatch_billing. */
function metricsOf(queries: unknown): number {
  if (!Array.isArray(queries)) return 1;
  return queries.filter((query: Readonly<Record<string, unknown>>) => query.expression === undefined).length;
}

function hasInsights({ inputs }: GraphResource): boolean {
  const settings = (inputs.settings ?? []) as { name: string; value: string }[];
  return settings.some(({ name, value }) => name === "containerInsights" && value !== "disabled");
}

function pipelineItems(recorder: Recorder, usage: Usage): Item[] {
  const { releases, pipelineMinutesARelease, buildMinutesARelease, testMinutesARelease, sbomMinutesARelease, imageGb } =
    usage;
  return [
    ...recorder
      .all("aws:codepipeline/pipeline:Pipeline")
      .flatMap(({ name, inputs }) => [
        month(name, "pipeline's actions", releases * pipelineMinutesARelease, "min", "pipelineMinute"),
        ...(writesSbom(inputs)
          ? [month(name, "bills of materials", releases * sbomMinutesARelease, "min", "managedComputeMinute")]
          : []),
      ]),
    ...recorder.all("aws:codebuild/project:Project").map(({ name, inputs }) => {
      const { type } = inputs.environment as { type: string };
      const price = type === "ARM_CONTAINER" ? "buildArmMinute" : "buildMinute";
      return runsTests(inputs)
        ? month(name, "tests", releases * testMinutesARelease, "min", price)
        : month(name, "builds", releases * buildMinutesARelease, "min", price);
    }),
    ...recorder
      .all("aws:ecr/repository:Repository")
      .map(({ name }) => month(name, "images", imageGb, "GB", "imageGbMonth")),
  ];
}

function runsTests({ environment }: GraphResource["inputs"]): boolean {
  const { environmentVariables } = environment as { environmentVariables: readonly { readonly name: string }[] };
  return environmentVariables.some(({ name }) => name === "TEST_COMMAND");
}

function writesSbom(inputs: GraphResource["inputs"]): boolean {
  const stages = inputs.stages as readonly { readonly actions: readonly { readonly provider: string }[] }[];
  return stages.some(({ actions }) => actions.some(({ provider }) => provider === "InspectorScan"));
}
