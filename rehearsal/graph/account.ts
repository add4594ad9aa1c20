import type { MetricStat } from "../cloudwatch/load-balancer-metrics";
import type { Action } from "../load-balancer/actions";
import type { ListenerRule } from "../load-balancer/rules";
import type { GraphResource, Recorder } from "./recorder";

type Strings = Readonly<Record<string, string>>;

export interface PipelineAction {
  readonly name: string;
  readonly provider: string;
  readonly category?: string;
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

export interface BuildProject {
  readonly name: string;
  readonly buildTimeout?: number;
  readonly source: { readonly buildspec: string };
  readonly environment: {
    readonly environmentVariables?: readonly { readonly name: string; readonly value: string }[];
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

interface Owned {
  readonly listenerArn: string;
}

export interface LoadBalancerResource {
  readonly name: string;
  readonly arn: string;
  readonly dnsName: string;
  readonly idleTimeout?: number;
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

/**
 * The account as `pulumi up` would leave it: the graph's resources, found as AWS finds them, by name and ARN. What a
 * release needs and the program does not register is an error that says so.
 */
export class Account {
  constructor(private readonly recorder: Recorder) {}

  /** The program's one pipeline. */
  get pipeline(): Pipeline {
    const pipeline = this.only<Pipeline>("aws:codepipeline/pipeline:Pipeline");
    const configured = (action: PipelineAction) => ({ ...action, configuration: action.configuration ?? {} });
    const stages = pipeline.stages.map((stage) => ({ ...stage, actions: stage.actions.map(configured) }));
    return { ...pipeline, stages };
  }

  buildProject(name: string): BuildProject {
    return this.get("aws:codebuild/project:Project", { name });
  }

  deploymentGroup(appName: string, deploymentGroupName: string): DeploymentGroup {
    return this.get("aws:codedeploy/deploymentGroup:DeploymentGroup", { appName, deploymentGroupName });
  }

  /** The program's own configuration of this name; undefined for CodeDeploy's predefined ones. */
  deploymentConfig(name: string): DeploymentConfig | undefined {
    const own = this.recorder.all("aws:codedeploy/deploymentConfig:DeploymentConfig").map(read<DeploymentConfig>);
    return own.find(({ deploymentConfigName }) => deploymentConfigName === name);
  }

  /** The program's CloudWatch alarms. */
  get metricAlarms(): readonly MetricAlarmResource[] {
    return this.recorder.all("aws:cloudwatch/metricAlarm:MetricAlarm").map(read<MetricAlarmResource>);
  }

  service(name: string): EcsService {
    return this.get("aws:ecs/service:Service", { name });
  }

  /** The program's one service. */
  get onlyService(): EcsService {
    return this.only("aws:ecs/service:Service");
  }

  get eventRules(): EventRule[] {
    const targets = this.recorder
      .all("aws:cloudwatch/eventTarget:EventTarget")
      .map(read<{ readonly rule: string; readonly arn: string }>);
    return this.recorder.all("aws:cloudwatch/eventRule:EventRule").map((rule) => {
      const described = read<Omit<EventRule, "targets">>(rule);
      return { ...described, targets: targets.filter((one) => one.rule === described.name).map(({ arn }) => arn) };
    });
  }

  taskDefinition(arn: string): { family: string; cpu?: string; memory?: string; containerDefinitions: string } {
    return this.get("aws:ecs/taskDefinition:TaskDefinition", { arn });
  }

  listenerRule(arn: string): ListenerRule & Owned {
    return this.get("aws:lb/listenerRule:ListenerRule", { arn });
  }

  /** A listener with its rules. */
  listener(arn: string): ListenerResource {
    const rules = this.recorder.all("aws:lb/listenerRule:ListenerRule").map(read<ListenerRule & Owned>);
    const own = rules.filter(({ listenerArn }) => listenerArn === arn);
    return { ...this.get<ListenerResource>("aws:lb/listener:Listener", { arn }), rules: own };
  }

  /** Every listener of a load balancer. */
  listeners(loadBalancerArn: string): ListenerResource[] {
    const all = this.recorder.all("aws:lb/listener:Listener").map(read<ListenerResource>);
    return all.filter((one) => one.loadBalancerArn === loadBalancerArn).map(({ arn }) => this.listener(arn));
  }

  /** The name that a certificate of the program's is for; undefined for one that is only given. */
  certificateName(arn: string): string | undefined {
    const own = this.recorder.all("aws:acm/certificate:Certificate").find(({ outputs }) => outputs.arn === arn);
    return own && String(own.outputs.domainName);
  }

  loadBalancer(arn: string): LoadBalancerResource {
    return this.get("aws:lb/loadBalancer:LoadBalancer", { arn });
  }

  targetGroup(name: string): TargetGroupResource {
    return this.get("aws:lb/targetGroup:TargetGroup", { name });
  }

  get targetGroups(): TargetGroupResource[] {
    return this.recorder.all("aws:lb/targetGroup:TargetGroup").map(read<TargetGroupResource>);
  }

  function(name: string): FunctionResource {
    return this.get("aws:lambda/function:Function", { name });
  }

  /** Whether the program makes the bucket; otherwise it is another stack's. */
  hasBucket(bucket: string): boolean {
    return this.recorder.all("aws:s3/bucket:Bucket").some(({ outputs }) => outputs.bucket === bucket);
  }

  /** An object's content. */
  object(bucket: string, key: string): Buffer {
    const { contentBase64 } = this.get<{ contentBase64: string }>("aws:s3/bucketObjectv2:BucketObjectv2", {
      bucket,
      key,
    });
    return Buffer.from(contentBase64, "base64");
  }

  /** The ECR repositories, and whether their tags move; the app's images are in the first. */
  get repositories(): { url: string; tags: string }[] {
    const all = this.recorder.all("aws:ecr/repository:Repository");
    return all.map(({ outputs }) => ({ url: String(outputs.repositoryUrl), tags: String(outputs.imageTagMutability) }));
  }

  /** The image that `pulumi up` builds and pushes, if the program has it build one. */
  get firstImage(): ImageResource | undefined {
    return this.recorder.all("docker:index/image:Image").map(read<ImageResource>)[0];
  }

  private get<T>(type: string, wanted: Strings): T {
    const matches = ({ outputs }: GraphResource) =>
      Object.entries(wanted).every(([key, value]) => outputs[key] === value);
    const found = this.recorder.all(type).find(matches);
    if (found) return read(found);
    const described = Object.entries(wanted)
      .map(([key, value]) => `${key} "${value}"`)
      .join(", ");
    throw new Error(`the program registers no ${type} with ${described}, which its release refers to`);
  }

  private only<T>(type: string): T {
    const all = this.recorder.all(type);
    if (all.length === 1) return read(all[0]!);
    throw new Error(`a rehearsal performs a program with one ${type}; this one registers ${all.length}`);
  }
}

function read<T>({ outputs }: GraphResource): T {
  return outputs as T;
}
