import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arns } from "../aws-rules";
import type { BlueGreenEcsService } from "./blue-green-ecs-service";
import type { BuildCacheArgs } from "./pipeline/build-cache";
import { BuildProject } from "./pipeline/build-project";
import { type BuildTestsArgs, testsProblems } from "./pipeline/build-tests";
import { consoleUrl } from "./console-url";
import { withDefaults } from "./defaults";
import { approvalProblems, type DeployApprovalArgs } from "./pipeline/deploy-approval";
import { type DeploymentWindowArgs, windowProblems } from "./pipeline/deployment-window";
import type { GreenTestHook } from "./green-test-hook";
import { certificateEvents } from "./load-balancer/https";
import type { ImageRepository } from "./image-repository";
import { nameProblems } from "./limits";
import type { Notifications } from "./notifications/notifications";
import { pipelineRole } from "./pipeline/pipeline-role";
import { sourceArtifact, templateArtifact } from "./pipeline/artifacts";
import { githubConnection, githubSource, sourceProblems } from "./pipeline/pipeline-source";
import { pipelineStages } from "./pipeline/pipeline-stages";
import { pipelineTriggers, type TriggerArgs, triggerProblems } from "./pipeline/pipeline-triggers";
import { PrivateBucket } from "./private-bucket";
import { refuse } from "./problems";
import { textProblem } from "./rule-problems";
import { knownPromotion, type PromoteFrom, type PromoteFromInput, promotionProblems } from "./pipeline/promotion";
import type { SecretParameter } from "./secret-parameter";
import { PromotionSource } from "./pipeline/promotion-source";
import { ReleasedImages } from "./pipeline/released-images";
import type { ScanGateArgs } from "./pipeline/scan-gate";
import { ReleaseTemplate } from "./pipeline/release-template-source";
import { Sbom } from "./pipeline/sbom";
import { TestProject } from "./pipeline/test-project";

export interface DeployPipelineArgs {
  readonly service: BlueGreenEcsService;
  /** Where the builds push to. */
  readonly repository: ImageRepository;
  /** GitHub repository, as `owner/name`; needed unless `promoteFrom` is given. */
  readonly githubRepository?: string;
  /** Each push to it is a release. @default "main" */
  readonly branch?: string;
  /** Fewer pushes, or those of other branches: by branch and path. @default every push to `branch` */
  readonly triggers?: TriggerArgs;
  /** A connection to GitHub that a person has already authorized. @default a new one, which waits for that person */
  readonly connectionArn?: pulumi.Input<string>;
  /** Folder of the app and its Dockerfile within the GitHub repository; a change counts from the next commit on. @default "." */
  readonly sourceDirectory?: string;
  /** Releases what another stack has released, instead of building commits. @default commits are built */
  readonly promoteFrom?: PromoteFromInput;
  /** Event buses of the stacks that may release what this one has released, by ARN. @default none */
  readonly promoteTo?: readonly pulumi.Input<string>[];
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
  /** Keeps the steps of each image's build for the next one. @default every image is built anew */
  readonly buildCache?: BuildCacheArgs;
  /**
   * Amazon Inspector writes a bill of materials of each image that is built, which is kept by its commit; no release goes
   * on without. Not with `promoteFrom`: the stack that builds keeps it. @default false
   */
  readonly sbom?: boolean;
  /**
   * AWS Signer's profile with which ECR signs each image that is pushed, where the registry's signing configuration names
   * it; the build may then sign with it. @default images are not signed
   */
  readonly signingProfileArn?: pulumi.Input<string>;
  /** The app's own tests, run in a build project of their own before the image is built. @default none */
  readonly tests?: BuildTestsArgs | undefined;
  /** Holds the tests' command, if it is a secret. @default none */
  readonly secretParameter?: SecretParameter | undefined;
  /** Are told of each run; give them to the service, too. @default nobody is told */
  readonly notifications?: Notifications;
  /** @default 30 */
  readonly logRetentionDays?: number;
  /** Keeps the bucket of the bills of materials while anything is in it. @default false */
  readonly deletionProtection?: boolean;
}

const defaults = {
  branch: "main",
  sourceDirectory: ".",
  promoteTo: [] as readonly pulumi.Input<string>[],
  templateInRepository: false,
  executionMode: "SUPERSEDED" as const,
  sbom: false,
  logRetentionDays: 30,
  deletionProtection: false,
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
  /** The connection to GitHub; undefined with `promoteFrom`, as the next two. */
  readonly connectionArn: pulumi.Output<string> | undefined;
  /** `PENDING` until a person has finished the handshake with GitHub in the console; then `AVAILABLE`. */
  readonly connectionStatus: pulumi.Output<string> | undefined;
  /** Where that handshake is finished. */
  readonly connectionUrl: pulumi.Output<string> | undefined;
  /** For the stacks after this one, which take it as their `promoteFrom`; undefined without `promoteTo`. */
  readonly released: pulumi.Output<PromoteFrom> | undefined;
  /** For the stack before this one, which takes it into its `promoteTo`; undefined without `promoteFrom`. */
  readonly promotionBusArn: pulumi.Output<string> | undefined;
  /** Where the bills of materials are kept, by commit; undefined without `sbom`. */
  readonly sbomBucket: pulumi.Output<string> | undefined;
  readonly consoleUrl: pulumi.Output<string>;

  constructor(name: string, args: DeployPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const settled = withDefaults(defaults, args);
    refuse(`DeployPipeline "${name}"`, [
      ...nameProblems("name", name),
      ...sourceProblems(settled),
      ...promotionProblems({ ...settled, cpuArchitecture: settled.service.cpuArchitecture }),
      ...testsProblems(settled),
      ...triggerProblems(settled),
      ...approvalProblems(settled),
      ...windowProblems(settled),
      ...textProblem("signingProfileArn", settled.signingProfileArn, arns.signingProfileArn),
      ...(settled.notifications?.problems ?? []),
    ]);
    super("greenlight:index:DeployPipeline", name, {}, opts);
    const parent = { parent: this };
    const { repository } = settled.repository;
    const { cpuArchitecture } = settled.service;
    const promoteFrom = settled.promoteFrom && knownPromotion(settled.promoteFrom, cpuArchitecture);
    const promotion = promoteFrom && new PromotionSource(name, promoteFrom, parent);
    const connection = promotion ? undefined : githubConnection(name, settled.connectionArn, parent);
    this.connectionArn = connection && pulumi.output(connection.arn);
    this.connectionStatus = connection?.status;
    this.promotionBusArn = promotion?.bus.arn;
    const released =
      settled.promoteTo.length > 0 ? new ReleasedImages(name, { ...settled, repository }, parent) : undefined;
    this.released = released && releasedOutput(settled, released);

    const artifacts = new PrivateBucket(
      `${name}-artifacts`,
      // A stage rolled back by hand needs the artifacts of an earlier run.
      { expireAfterDays: 90, expireVersionsAfterDays: 1 },
      parent,
    );
    const template = settled.templateInRepository ? undefined : new ReleaseTemplate(name, settled, parent);
    const building = { ...settled, promoteFrom, artifactBucketArn: artifacts.bucket.arn, cpuArchitecture };
    this.build = new BuildProject(name, building, parent);
    const testing =
      settled.tests &&
      new TestProject(name, { ...building, tests: settled.tests, repository, formerParent: this.build }, parent);
    const deploy = settled.service.controller.deployStep(
      name,
      {
        artifacts,
        templateArtifact: template ? templateArtifact : sourceArtifact,
        ownTemplate: settled.templateInRepository,
        logRetentionDays: settled.logRetentionDays,
      },
      parent,
    );
    const source =
      promotion ??
      githubSource({ ...settled, githubRepository: settled.githubRepository!, connectionArn: connection!.arn });
    const sbom = settled.sbom ? new Sbom(name, { ...settled, repository, cpuArchitecture }, parent) : undefined;
    this.sbomBucket = sbom?.bucket.bucket;
    const parts = { ...settled, source, sbom, released, artifacts, template, build: this.build, testing, deploy };
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
    sbom?.logOf(this.pipeline, role);
    template?.startOnChange(this.pipeline);
    promotion?.startOnRelease(this.pipeline);
    deploy.attach?.(this.pipeline);
    const { controller, loadBalancer } = settled.service;
    const patterns = { ...controller.deploymentEvents, ...certificateEvents(loadBalancer.certificateArn) };
    settled.notifications?.watch(this.pipeline, patterns);

    const region = aws.getRegionOutput({}, parent).region;
    const console = pulumi.interpolate`${region.apply(consoleUrl)}/codesuite`;
    this.connectionUrl = connection && pulumi.interpolate`${console}/settings/connections?region=${region}`;
    this.consoleUrl = pulumi.interpolate`${console}/codepipeline/pipelines/${this.pipeline.name}/view?region=${region}`;
    this.registerOutputs({ consoleUrl: this.consoleUrl });
  }
}

function releasedOutput(
  { repository: { repository }, service: { cpuArchitecture } }: Pick<DeployPipelineArgs, "repository" | "service">,
  { bucket, key }: ReleasedImages,
): pulumi.Output<PromoteFrom> {
  const { repositoryUrl: repositoryUri } = repository;
  return pulumi.output({ repositoryUri, bucket: bucket.bucket.bucket, keyArn: key.arn, cpuArchitecture });
}
