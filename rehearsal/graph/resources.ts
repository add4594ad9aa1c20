import type { MetricStat } from "../cloudwatch/load-balancer-metrics";
import type { Action } from "../load-balancer/actions";
import type { ListenerRule } from "../load-balancer/rules";

// Outputs of the resources that a release refers to, by the provider's names, as far as the rehearsal reads them.

export type Strings = Readonly<Record<string, string>>;

export interface PipelineAction {
  readonly name: string;
  readonly provider: string;
  readonly category?: string;
  /** Under which later actions know its variables. */
  readonly namespace?: string;
  /** Actions of a stage with the same order run side by side. @default 1 */
  readonly runOrder?: number;
  readonly configuration: Strings;
  readonly inputArtifacts?: readonly string[];
  readonly outputArtifacts?: readonly string[];
  readonly timeoutInMinutes?: number;
}

/** What a stage asks before it lets a run in. */
export interface EntryRule {
  readonly name: string;
  readonly ruleTypeId: { readonly provider: string };
  readonly configuration: Strings;
}

export interface PipelineStage {
  readonly name: string;
  readonly beforeEntry?: { readonly condition: { readonly rules: readonly EntryRule[] } };
  readonly actions: readonly PipelineAction[];
}

export interface Pipeline {
  readonly name: string;
  readonly arn: string;
  readonly executionMode?: "SUPERSEDED" | "QUEUED";
  readonly artifactStores: readonly { readonly location: string }[];
  readonly stages: readonly PipelineStage[];
  /** Instead of every push to the source's branch. */
  readonly triggers?: readonly { readonly gitConfiguration: { readonly pushes?: readonly PushFilter[] } }[];
}

/** Glob patterns; what is both included and excluded is excluded. */
export interface Patterns {
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
}

/** Pushes that start a pipeline. */
export interface PushFilter {
  readonly branches?: Patterns;
  readonly filePaths?: Patterns;
}

export interface BuildVariable {
  readonly name: string;
  /** The variable's value, or the parameter's name. */
  readonly value: string;
  readonly type?: "PLAINTEXT" | "PARAMETER_STORE";
}

export interface BuildProject {
  readonly name: string;
  readonly arn: string;
  readonly buildTimeout?: number;
  readonly source: { readonly buildspec: string };
  readonly environment: {
    readonly environmentVariables?: readonly BuildVariable[];
  };
}

export interface DeploymentGroup {
  readonly arn: string;
  readonly appName: string;
  readonly deploymentGroupName: string;
  readonly deploymentConfigName: string;
  readonly ecsService: { readonly clusterName: string; readonly serviceName: string };
  readonly loadBalancerInfo: {
    readonly targetGroupPairInfo: {
      readonly prodTrafficRoute: { readonly listenerArns: readonly string[] };
      readonly testTrafficRoute: { readonly listenerArns: readonly string[] };
      readonly targetGroups: readonly { readonly name: string }[];
    };
  };
  readonly blueGreenDeploymentConfig: {
    readonly deploymentReadyOption: { readonly actionOnTimeout: string; readonly waitTimeInMinutes?: number };
    readonly terminateBlueInstancesOnDeploymentSuccess: { readonly terminationWaitTimeInMinutes?: number };
  };
  readonly autoRollbackConfiguration?: { readonly enabled: boolean; readonly events: readonly string[] };
  readonly alarmConfiguration?: { readonly enabled?: boolean; readonly alarms?: readonly string[] };
}

export interface MetricAlarmResource {
  readonly name: string;
  readonly comparisonOperator: string;
  readonly threshold?: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly treatMissingData?: "missing" | "ignore" | "breaching" | "notBreaching";
  readonly metricQueries?: readonly {
    readonly id: string;
    readonly expression?: string;
    readonly metric?: MetricStat;
    readonly returnData?: boolean;
  }[];
  /** In place of queries. */
  readonly namespace?: string;
  readonly metricName?: string;
  readonly dimensions?: Strings;
  readonly period?: number;
  readonly statistic?: string;
  readonly extendedStatistic?: string;
}

/** A deployment configuration of the program's own. */
export interface DeploymentConfig {
  readonly deploymentConfigName: string;
  readonly trafficRoutingConfig?: {
    readonly type?: string;
    readonly timeBasedCanary?: { readonly interval: number; readonly percentage: number };
    readonly timeBasedLinear?: { readonly interval: number; readonly percentage: number };
  };
}

export interface EcsService {
  readonly name: string;
  readonly arn: string;
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly healthCheckGracePeriodSeconds?: number;
  /** The cluster's ARN. */
  readonly cluster: string;
  readonly deploymentController?: { readonly type: "CODE_DEPLOY" | "ECS" };
  readonly loadBalancers: readonly ServiceLoadBalancer[];
}

export interface ServiceLoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
  /** With the ECS controller. */
  readonly advancedConfiguration?: {
    readonly alternateTargetGroupArn: string;
    readonly productionListenerRule: string;
    readonly testListenerRule?: string;
    readonly roleArn: string;
  };
}

/** A rule of EventBridge's, with the ARNs of its targets. */
export interface EventRule {
  readonly name: string;
  readonly eventPattern?: string;
  readonly targets: readonly string[];
}

export interface TargetGroupResource {
  readonly name: string;
  readonly arn: string;
  readonly deregistrationDelay: number;
  readonly slowStart?: number;
  readonly stickiness?: { readonly enabled?: boolean; readonly cookieDuration?: number };
  readonly healthCheck: {
    readonly path: string;
    readonly interval: number;
    readonly timeout: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
    readonly matcher: string;
  };
}

export interface ListenerResource {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly protocol: string;
  readonly certificateArn?: string;
  readonly sslPolicy?: string;
  readonly defaultActions: readonly Action[];
  readonly rules: readonly ListenerRule[];
}

/** What belongs to a listener. */
export interface Owned {
  readonly listenerArn: string;
}

export interface LoadBalancerResource {
  readonly name: string;
  readonly arn: string;
  readonly dnsName: string;
  readonly idleTimeout?: number;
  readonly dropInvalidHeaderFields?: boolean;
}

/** A parameter of Systems Manager. */
export interface ParameterResource {
  readonly name: string;
  readonly arn: string;
  readonly type: "String" | "StringList" | "SecureString";
  readonly value: string;
}

export interface FunctionResource {
  readonly name: string;
  readonly handler: string;
  readonly timeout?: number;
  readonly environment?: { readonly variables?: Strings };
  readonly code: unknown;
}

export interface ImageResource {
  readonly imageName: string;
  readonly repoDigest: string;
  readonly build: { readonly context: string; readonly dockerfile: string; readonly platform: string };
}
