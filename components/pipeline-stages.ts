import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { BlueGreenEcsService } from "./blue-green-ecs-service";
import type { BuildProject } from "./build-project";
import { approvalStage, type DeployApprovalArgs } from "./deploy-approval";
import { entryConditions } from "./deploy-conditions";
import { type DeploymentWindowArgs, windowRules } from "./deployment-window";
import type { TriggerArgs } from "./pipeline-triggers";
import type { PrivateBucket } from "./private-bucket";
import { appSpecFile, taskDefinitionFile } from "./release-template";
import type { ReleaseTemplate } from "./release-template-source";
import { imagePlaceholder } from "./task-definition";

export interface PipelineParts {
  readonly service: BlueGreenEcsService;
  readonly build: BuildProject;
  readonly artifacts: PrivateBucket;
  /** Undefined where the app keeps its own template in its repository. */
  readonly template: ReleaseTemplate | undefined;
  readonly githubRepository: string;
  readonly branch: string;
  readonly triggers?: TriggerArgs;
  readonly deployApproval?: DeployApprovalArgs;
  readonly deploymentWindow?: DeploymentWindowArgs;
  readonly connectionArn: pulumi.Input<string>;
}

type Action = aws.types.input.codepipeline.PipelineStageAction;

/** Source, Build, a person's approval if asked for, and Deploy, as CodePipeline's action reference describes each action's configuration. */
export function pipelineStages(parts: PipelineParts): aws.types.input.codepipeline.PipelineStage[] {
  const { template, deployApproval } = parts;
  const templateArtifact = template ? "ReleaseTemplate" : "Source";
  const { build, deploy } = entryConditions(parts.service.alarms, windowRules(parts.deploymentWindow));
  return [
    { name: "Source", actions: [commitSource(parts), ...(template ? [templateSource(template)] : [])] },
    { name: "Build", ...build, actions: [buildAction(parts)] },
    ...(deployApproval ? [approvalStage(deployApproval)] : []),
    { name: "Deploy", ...deploy, actions: [deployAction(parts, templateArtifact)] },
  ];
}

function commitSource({ connectionArn, githubRepository, branch, triggers }: PipelineParts): Action {
  return {
    name: "Commit",
    category: "Source",
    owner: "AWS",
    provider: "CodeStarSourceConnection",
    version: "1",
    outputArtifacts: ["Source"],
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
    outputArtifacts: ["ReleaseTemplate"],
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
    inputArtifacts: ["Source"],
    outputArtifacts: ["Image"],
    configuration: { ProjectName: build.project.name },
  };
}

function deployAction({ service }: PipelineParts, templateArtifact: string): Action {
  const { application, deploymentGroup } = service.codeDeploy;
  return {
    name: "BlueGreen",
    category: "Deploy",
    owner: "AWS",
    provider: "CodeDeployToECS",
    version: "1",
    inputArtifacts: [templateArtifact, "Image"],
    configuration: {
      ApplicationName: application.name,
      DeploymentGroupName: deploymentGroup.deploymentGroupName,
      TaskDefinitionTemplateArtifact: templateArtifact,
      TaskDefinitionTemplatePath: taskDefinitionFile,
      AppSpecTemplateArtifact: templateArtifact,
      AppSpecTemplatePath: appSpecFile,
      Image1ArtifactName: "Image",
      Image1ContainerName: imagePlaceholder.slice(1, -1),
    },
  };
}
