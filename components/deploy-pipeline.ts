import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BlueGreenEcsService } from "./blue-green-ecs-service";
import { BuildProject } from "./build-project";
import { withDefaults } from "./defaults";
import { approvalProblems, type DeployApprovalArgs } from "./deploy-approval";
import { type DeploymentWindowArgs, windowProblems } from "./deployment-window";
import type { GreenTestHook } from "./green-test-hook";
import type { ImageRepository } from "./image-repository";
import { nameProblems } from "./limits";
import type { Notifications } from "./notifications";
import { pipelineRole } from "./pipeline-role";
import { pipelineStages, sourceArtifact, templateArtifact } from "./pipeline-stages";
import { pipelineTriggers, type TriggerArgs, triggerProblems } from "./pipeline-triggers";
import { PrivateBucket } from "./private-bucket";
import { refuse } from "./problems";
import type { ScanGateArgs } from "./scan-gate";
import { ReleaseTemplate } from "./release-template-source";

export interface DeployPipelineArgs {
  readonly service: BlueGreenEcsService;
  /** Where the builds push to. */
  readonly repository: ImageRepository;
  /** GitHub repository, as `owner/name`. */
  readonly githubRepository: string;
  /** Each push to it is a release. @default "main" */
  readonly branch?: string;
  /** Fewer pushes, or those of other branches: by branch and path. @default every push to `branch` */
  readonly triggers?: TriggerArgs;
  /** A connection to GitHub that a person has already authorized. @default a new one, which waits for that person */
  readonly connectionArn?: pulumi.Input<string>;
  /** Folder of the app and its Dockerfile within the GitHub repository. @default "." */
  readonly sourceDirectory?: string;
  /** Tests green before production traffic shifts. @default no test */
  readonly hook?: GreenTestHook;
  /** The app keeps taskdef.json and appspec.yaml (or service.json, with the controller ECS) at the top of its repository; then this program renders none. @default false */
  readonly templateInRepository?: boolean;
  /**
   * What becomes of a push while a release is under way: `SUPERSEDED` releases the newest when the present one has
   * ended, `QUEUED` every one in turn. @default "SUPERSEDED"
   */
  readonly executionMode?: "SUPERSEDED" | "QUEUED";
  /** A person lets each run go on to its deployment. @default nobody is asked */
  readonly deployApproval?: DeployApprovalArgs;
  /** When deployments may start. @default at any time */
  readonly deploymentWindow?: DeploymentWindowArgs;
  /** Stops a release whose image ECR's scan found something in. @default findings stop nothing */
  readonly scanGate?: ScanGateArgs;
  /** Are told of each run; give them to the service, too. @default nobody is told */
  readonly notifications?: Notifications;
  /** @default 30 */
  readonly logRetentionDays?: number;
}

const defaults = {
  branch: "main",
  sourceDirectory: ".",
  templateInRepository: false,
  executionMode: "SUPERSEDED" as const,
  logRetentionDays: 30,
};

/**
 * The road from a git push to a release: CodePipeline takes the commit and the release template, CodeBuild makes the
 * image, CodeDeploy or ECS releases it. A change of the template (CPU, environment, subnets …) takes the same road.
 *
 * @throws InvalidInput naming every wrong argument, before anything is registered.
 */
export class DeployPipeline extends pulumi.ComponentResource {
  readonly pipeline: aws.codepipeline.Pipeline;
  readonly build: BuildProject;
  readonly connectionArn: pulumi.Output<string>;
  /** `PENDING` until a person has finished the handshake with GitHub in the console; then `AVAILABLE`. */
  readonly connectionStatus: pulumi.Output<string>;
  /** Where that handshake is finished. */
  readonly connectionUrl: pulumi.Output<string>;
  readonly consoleUrl: pulumi.Output<string>;

  constructor(name: string, args: DeployPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const settled = withDefaults(defaults, args);
    refuse(`DeployPipeline "${name}"`, [
      ...nameProblems("name", name),
      ...repositoryProblems(settled.githubRepository),
      ...triggerProblems(settled),
      ...approvalProblems(settled),
      ...windowProblems(settled),
    ]);
    super("greenlight:index:DeployPipeline", name, {}, opts);
    const parent = { parent: this };
    const connection = githubConnection(name, settled.connectionArn, parent);
    this.connectionArn = pulumi.output(connection.arn);
    this.connectionStatus = connection.status;

    const artifacts = new PrivateBucket(
      `${name}-artifacts`,
      // A stage rolled back by hand needs the artifacts of an earlier run.
      { expireAfterDays: 90, expireVersionsAfterDays: 1 },
      parent,
    );
    const template = settled.templateInRepository ? undefined : new ReleaseTemplate(name, settled, parent);
    this.build = new BuildProject(
      name,
      { ...settled, artifactBucketArn: artifacts.bucket.arn, cpuArchitecture: settled.service.cpuArchitecture },
      parent,
    );
    const deploy = settled.service.controller.deployStep(
      name,
      {
        artifacts,
        templateArtifact: template ? templateArtifact : sourceArtifact,
        logRetentionDays: settled.logRetentionDays,
      },
      parent,
    );
    const parts = { ...settled, connectionArn: connection.arn, artifacts, template, build: this.build, deploy };
    const { role, policy } = pipelineRole(`${name}-pipeline`, parts, parent);
    this.pipeline = new aws.codepipeline.Pipeline(
      name,
      {
        ...(deploy.pipelineName ? { name: deploy.pipelineName } : {}),
        // Pulumi's default is V1, which knows neither execution modes nor triggers by path.
        pipelineType: "V2",
        executionMode: settled.executionMode,
        roleArn: role.arn,
        artifactStores: [{ type: "S3", location: artifacts.bucket.bucket }],
        stages: pipelineStages(parts),
        ...(settled.triggers ? { triggers: pipelineTriggers(settled.triggers, settled.branch) } : {}),
      },
      // Making a pipeline starts its first run.
      { parent: this, dependsOn: [policy, ...(template ? [template.object] : [])] },
    );
    template?.startOnChange(this.pipeline);
    deploy.attach?.(this.pipeline);
    settled.notifications?.watch(this.pipeline);

    const region = aws.getRegionOutput({}, parent).region;
    const console = pulumi.interpolate`https://${region}.console.aws.amazon.com/codesuite`;
    this.connectionUrl = pulumi.interpolate`${console}/settings/connections?region=${region}`;
    this.consoleUrl = pulumi.interpolate`${console}/codepipeline/pipelines/${this.pipeline.name}/view?region=${region}`;
    this.registerOutputs({ consoleUrl: this.consoleUrl });
  }
}

/** What is wrong with the name of a GitHub repository; also asked by the reader of the settings. */
export function repositoryProblems(githubRepository: string) {
  if (/^[\w.-]+\/[\w.-]+$/.test(githubRepository)) return [];
  return [
    { path: "githubRepository", message: `"${githubRepository}" is not a GitHub repository; expected owner/name.` },
  ];
}

function githubConnection(name: string, arn: pulumi.Input<string> | undefined, opts: pulumi.CustomResourceOptions) {
  if (arn !== undefined) return { arn, status: pulumi.output("given; see the console") };
  const connection = new aws.codeconnections.Connection(name, { providerType: "GitHub" }, opts);
  return { arn: connection.arn, status: connection.connectionStatus };
}
