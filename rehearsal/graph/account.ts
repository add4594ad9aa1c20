import type { ListenerRule } from "../load-balancer/rules";
import type { GraphResource, Recorder } from "./recorder";
import type {
  BuildProject,
  DeploymentConfig,
  DeploymentGroup,
  EcsService,
  EventRule,
  FunctionResource,
  ImageResource,
  ListenerResource,
  LoadBalancerResource,
  MetricAlarmResource,
  Owned,
  ParameterResource,
  Pipeline,
  PipelineAction,
  Strings,
  TargetGroupResource,
} from "./resources";

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

  /** Where the stack is. */
  get region(): string {
    return this.pipeline.arn.split(":")[3]!;
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

  /** Whether the program renders the release's files itself, instead of leaving them to the app's repository. */
  get hasReleaseTemplate(): boolean {
    return this.recorder.all("aws:s3/bucketObjectv2:BucketObjectv2").length > 0;
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

  /** The program's parameter of this name; undefined where it has none. */
  parameter(name: string): ParameterResource | undefined {
    return this.recorder
      .all("aws:ssm/parameter:Parameter")
      .map(read<ParameterResource>)
      .find((one) => one.name === name);
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
