import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { imageArtifact, sourceArtifact } from "./artifacts";
import { buildCache, type BuildCacheArgs } from "./build-cache";
import { buildMachine, buildRole, buildStatements } from "./build-environment";
import { renderBuildspec } from "./buildspec";
import { ecrRepositoryArns } from "../ecr-arn";
import { imagePlatform, type ImageRepository } from "../image-repository";
import { grant, type Statement } from "../policy";
import type { PromoteFrom } from "./promotion";
import { renderPromotionBuildspec } from "./promotion-buildspec";
import { type ScanGateArgs, scanGateStatements, scanGateVariables } from "./scan-gate";
import type { CpuArchitecture } from "../task/task-definition";

export interface BuildProjectArgs {
  readonly repository: ImageRepository;
  readonly artifactBucketArn: pulumi.Input<string>;
  readonly cpuArchitecture: CpuArchitecture;
  /** Folder of the app and its Dockerfile within the source repository. */
  readonly sourceDirectory: string;
  readonly logRetentionDays: number;
  readonly scanGate?: ScanGateArgs;
  readonly buildCache?: BuildCacheArgs;
  readonly signingProfileArn?: pulumi.Input<string>;
  /** Copies the image that another stack has released, instead of building one. */
  readonly promoteFrom?: pulumi.Output<PromoteFrom>;
}

/** The CodeBuild project that turns a commit into an image in the repository. */
export class BuildProject extends pulumi.ComponentResource {
  readonly project: aws.codebuild.Project;
  readonly role: aws.iam.Role;

  constructor(name: string, args: BuildProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:BuildProject", name, {}, opts);
    const parent = { parent: this };
    const repository = args.repository.repository;
    const logGroup = new aws.cloudwatch.LogGroup(`${name}-build`, { retentionInDays: args.logRetentionDays }, parent);
    this.role = buildRole(`${name}-build`, repository, parent);
    const cache = args.buildCache && buildCache(name, args.buildCache, parent);
    const granted = [...statements(args, repository, logGroup), ...(cache?.statements ?? [])];
    grant(`${name}-build`, this.role, granted, parent);
    this.project = new aws.codebuild.Project(
      name,
      {
        description: args.promoteFrom
          ? "Copies the image that another stack has released, by digest"
          : "Builds the app's image and pushes it under its commit's tag",
        serviceRole: this.role.arn,
        source: { type: "CODEPIPELINE", buildspec: buildspec(args) },
        artifacts: { type: "CODEPIPELINE" },
        environment: {
          ...buildMachine(args.cpuArchitecture),
          environmentVariables: [
            { name: "REPOSITORY_URI", value: repository.repositoryUrl },
            ...(args.promoteFrom
              ? [{ name: "SOURCE_REPOSITORY_URI", value: args.promoteFrom.repositoryUri }]
              : [
                  { name: "IMAGE_PLATFORM", value: imagePlatform(args.cpuArchitecture) },
                  { name: "APP_DIRECTORY", value: args.sourceDirectory },
                ]),
            ...(cache?.variables ?? []),
            ...(args.scanGate ? scanGateVariables(args.scanGate) : []),
          ],
        },
        buildTimeout: 30,
        logsConfig: { cloudwatchLogs: { groupName: logGroup.name } },
      },
      parent,
    );
    this.registerOutputs();
  }
}

function buildspec({ promoteFrom, scanGate, buildCache }: BuildProjectArgs): string {
  const options = { scanGate: scanGate !== undefined, buildCache: buildCache !== undefined };
  return promoteFrom ? renderPromotionBuildspec(options) : renderBuildspec(options);
}

function statements(
  args: BuildProjectArgs,
  repository: aws.ecr.Repository,
  logGroup: aws.cloudwatch.LogGroup,
): Statement[] {
  return [
    ...buildStatements({ ...args, logGroup, reads: [sourceArtifact], writes: [imageArtifact] }),
    // A registry token belongs to no repository.
    { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
    {
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      resources: [repository.arn],
    },
    ...(args.promoteFrom
      ? [
          {
            actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources: args.promoteFrom.apply(({ repositoryUri, keyArn }) => ecrRepositoryArns(repositoryUri, keyArn)),
          },
        ]
      : []),
    ...(args.scanGate ? scanGateStatements(repository.arn) : []),
    // ECR signs with the rights of whoever pushes. Source: ECR user guide, managed-signing.
    ...(args.signingProfileArn ? [{ actions: ["signer:SignPayload"], resources: [args.signingProfileArn] }] : []),
  ];
}
