import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { BlueGreenEcsService } from "./blue-green-ecs-service";
import type { BuildProject } from "./build-project";
import { approvalStage, type DeployApprovalArgs } from "./deploy-approval";
import { entryConditions } from "./deploy-conditions";
import type { DeployStep } from "./deployment-controller";
import { type DeploymentWindowArgs, windowRules } from "./deployment-window";
import type { TriggerArgs } from "./pipeline-triggers";
import type { PrivateBucket } from "./private-bucket";
import type { ReleaseTemplate } from "./release-template-source";

export interface PipelineParts {
  readonly service: BlueGreenEcsService;
  readonly build: BuildProject;
  readonly artifacts: PrivateBucket;
  /** Undefined where the app keeps its own template in its repository. */
  readonly template: ReleaseTemplate | undefined;
  readonly deploy: DeployStep;
  readonly githubRepository: string;
  readonly branch: string;
  readonly triggers?: TriggerArgs;
  readonly deployApproval?: DeployApprovalArgs;
  readonly deploymentWindow?: DeploymentWindowArgs;
  readonly connectionArn: pulumi.Input<string>;
}

/** The output artifact with the release template. */
export const templateArtifact = "ReleaseTemplate";
/** The output artifact with the commit; the app may keep its own template in it. */
export const sourceArtifact = "Source";

type Action = aws.types.input.codepipeline.PipelineStageAction;

/** Source, Build, a person's approval if asked for, and Deploy, as CodePipeline's action reference describes each action's configuration. */
export function pipelineStages(parts: PipelineParts): aws.types.input.codepipeline.PipelineStage[] {
  const { template, deploy, deployApproval } = parts;
  const conditions = entryConditions(parts.service.alarms, windowRules(parts.deploymentWindow));
  return [
    { name: "Source", actions: [commitSource(parts), ...(template ? [templateSource(template)] : [])] },
    { name: "Build", ...conditions.build, actions: [buildAction(parts)] },
    ...(deployApproval ? [approvalStage(deployApproval)] : []),
    { name: "Deploy", ...conditions.deploy, actions: [deploy.action] },
  ];
}

function commitSource({ connectionArn, githubRepository, branch, triggers }: PipelineParts): Action {
  return {
    name: "Commit",
    category: "Source",
    owner: "AWS",
    provider: "CodeStarSourceConnection",
    version: "1",
    outputArtifacts: [sourceArtifact],
    configuration: {
      ConnectionArn: connectionArn,
      FullRepositoryId: githubRepository,
      BranchName: branch,
      OutputArtifactFormat: "CODE_ZIP",
      // Where triggers choose the pushes, every push to the branch must not start a run besides.
      DetectChanges: triggers ? "false" : "true",
    },
  };
}

function templateSource({ bucket, object }: ReleaseTemplate): Action {
  return {
    name: "ReleaseTemplate",
    category: "Source",
    owner: "AWS",
    provider: "S3",
    version: "1",
    outputArtifacts: [templateArtifact],
    configuration: {
      S3Bucket: bucket.bucket.bucket,
      S3ObjectKey: object.key,
      // The default is to poll besides the event, which starts every run twice.
      PollForSourceChanges: "false",
    },
  };
}

function buildAction({ build }: PipelineParts): Action {
  return {
    name: "Image",
    category: "Build",
    owner: "AWS",
    provider: "CodeBuild",
    version: "1",
    inputArtifacts: [sourceArtifact],
    outputArtifacts: ["Image"],
    configuration: { ProjectName: build.project.name },
  };
}
