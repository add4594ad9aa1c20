import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy";
import { writeStatement } from "./logs";
import type { Sidecar } from "./sidecars";

/**
 * A collector beside the app: traces go to X-Ray, metrics to CloudWatch. The app sends them by OTLP to localhost, as the
 * variables OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_SERVICE_NAME tell every OpenTelemetry SDK. Source: AWS Distro for
 * OpenTelemetry, "ECS" (AOT_CONFIG_CONTENT).
 */
export interface OpenTelemetry {
  /** @default the AWS Distro for OpenTelemetry's collector, by version */
  readonly image?: pulumi.Input<string>;
  /** The collector's own configuration, YAML; what it does with AWS then needs grants of yours. @default X-Ray and CloudWatch */
  readonly config?: string;
}

const image = "public.ecr.aws/aws-observability/aws-otel-collector:v0.48.0";

const grpcPort = 4317;
const httpPort = 4318;

export const collectorName = "otel-collector";

export interface Telemetry {
  readonly service: string;
  readonly region: pulumi.Input<string>;
  /** Metrics are written into it, in CloudWatch's embedded metric format. */
  readonly metricsLogGroup: aws.cloudwatch.LogGroup | undefined;
}

/** The container. The app goes on without it, so it is not essential. */
export function collectorSidecar(telemetry: OpenTelemetry, config: pulumi.Input<string>): Sidecar {
  return {
    name: collectorName,
    image: telemetry.image ?? image,
    essential: false,
    ports: [grpcPort, httpPort],
    environment: { AOT_CONFIG_CONTENT: config },
  };
}

/** The log group that metrics come in, unless the configuration is the user's own. */
export function metricsLog(
  name: string,
  { config }: OpenTelemetry,
  retentionInDays: number,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup | undefined {
  return config === undefined ? new aws.cloudwatch.LogGroup(`${name}-metrics`, { retentionInDays }, opts) : undefined;
}

export function collectorConfig({ config }: OpenTelemetry, telemetry: Telemetry): pulumi.Input<string> {
  const { service, region, metricsLogGroup } = telemetry;
  if (config !== undefined || !metricsLogGroup) return config ?? "";
  // JSON is YAML, too.
  return pulumi.jsonStringify({
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `localhost:${grpcPort}` },
          http: { endpoint: `localhost:${httpPort}` },
        },
      },
    },
    processors: { batch: {} },
    exporters: {
      awsxray: { region },
      awsemf: { region, namespace: service, log_group_name: metricsLogGroup.name },
    },
    service: {
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["awsxray"] },
        metrics: { receivers: ["otlp"], processors: ["batch"], exporters: ["awsemf"] },
      },
    },
  });
}

/** Where the app's SDK sends to; what the app's own environment says wins. */
export function telemetryEnvironment(service: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${httpPort}`, OTEL_SERVICE_NAME: service };
}

/** What the collector does with the task's role. */
export function collectorStatements(metricsLogGroup: aws.cloudwatch.LogGroup | undefined): Statement[] {
  if (!metricsLogGroup) return [];
  // Traces belong to no resource. Source: service authorization reference, X-Ray.
  return [{ actions: ["xray:PutTraceSegments"], resources: ["*"] }, writeStatement(metricsLogGroup)];
}
