import type * as aws from "@pulumi/aws";
import type { BlueGreenEcsService } from "../blue-green-ecs-service";
import { imageArtifact, sourceArtifact, templateArtifact } from "./artifacts";
import type { BuildProject } from "./build-project";
import { approvalStage, type DeployApprovalArgs } from "./deploy-approval";
import { entryConditions } from "./deploy-conditions";
import type { DeployStep } from "../deployment/deployment-controller";
import { type DeploymentWindowArgs, windowRules } from "./deployment-window";
import type { PipelineSource } from "./pipeline-source";
import type { PrivateBucket } from "../private-bucket";
import type { ReleasedImages } from "./released-images";
import type { ReleaseTemplate } from "./release-template-source";
import type { Sbom } from "./sbom";
import type { TestProject } from "./test-project";

export interface PipelineParts {
  readonly service: BlueGreenEcsService;
  readonly build: BuildProject;
  /** Undefined where the app's tests are not run. */
  readonly testing: TestProject | undefined;
  readonly artifacts: PrivateBucket;
  /** Undefined where the app keeps its own template in its repository. */
  readonly template: ReleaseTemplate | undefined;
  readonly deploy: DeployStep;
  readonly source: PipelineSource;
  /** Undefined where no other stack releases this one's images. */
  readonly released: ReleasedImages | undefined;
  /** Undefined where no bill of materials is written. */
  readonly sbom: Sbom | undefined;
  readonly deployApproval?: DeployApprovalArgs;
  readonly deploymentWindow?: DeploymentWindowArgs;
}

type Action = aws.types.input.codepipeline.PipelineStageAction;

/** Source, Build, a person's approval if asked for, and Deploy, as CodePipeline's action reference describes each action's configuration. */
export function pipelineStages(parts: PipelineParts): aws.types.input.codepipeline.PipelineStage[] {
  const { source, template, deploy, released, deployApproval } = parts;
  const conditions = entryConditions(parts.service.alarms, windowRules(parts.deploymentWindow));
  return [
    { name: "Source", actions: [source.action, ...(template ? [templateSource(template)] : [])] },
    { name: "Build", ...conditions.build, actions: buildActions(parts) },
    ...(deployApproval ? [approvalStage(deployApproval)] : []),
    { name: "Deploy", ...conditions.deploy, actions: [deploy.action, ...(released ? [released.action] : [])] },
  ];
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

/** The image is built once the tests have passed, and the bill of materials written once the image exists. */
function buildActions(parts: PipelineParts): Action[] {
  const { testing, sbom } = parts;
  const actions = [buildAction(parts), ...(sbom?.actions ?? [])];
  if (!testing) return actions;
  return [testing.action, ...actions.map((action) => ({ ...action, runOrder: Number(action.runOrder ?? 1) + 1 }))];
}

function buildAction({ build }: PipelineParts): Action {
  return {
    name: "Image",
    category: "Build",
    owner: "AWS",
    provider: "CodeBuild",
    version: "1",
    inputArtifacts: [sourceArtifact],
    outputArtifacts: [imageArtifact],
    configuration: { ProjectName: build.project.name },
  };
}
