import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildCache, type BuildCacheArgs } from "./build-cache";
import { type BuildTestsArgs, reportGroup, reports, reportStatements } from "./build-tests";
import { renderBuildspec } from "./buildspec";
import { ecrRepositoryArns } from "../ecr-arn";
import { imagePlatform, type ImageRepository } from "../image-repository";
import { grant, serviceRole } from "../policy";
import type { PromoteFrom } from "./promotion";
import { renderPromotionBuildspec } from "./promotion-buildspec";
import { type ScanGateArgs, scanGateStatements, scanGateVariables } from "./scan-gate";
import { siblingArn } from "../sibling-arn";
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
  readonly tests?: BuildTestsArgs;
  readonly signingProfileArn?: pulumi.Input<string>;
  /** Copies the image that another stack has released, instead of building one. */
  readonly promoteFrom?: PromoteFrom;
}

/** CodeBuild's managed images by architecture. Source: CodeBuild user guide, ec2-compute-images. */
const environments = {
  X86_64: { type: "LINUX_CONTAINER", image: "aws/codebuild/amazonlinux-x86_64-standard:5.0" },
  ARM64: { type: "ARM_CONTAINER", image: "aws/codebuild/amazonlinux-aarch64-standard:3.0" },
};

/** The CodeBuild project that turns a commit into an image in the repository. */
export class BuildProject extends pulumi.ComponentResource {
  readonly project: aws.codebuild.Project;
  readonly role: aws.iam.Role;

  constructor(name: string, args: BuildProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:BuildProject", name, {}, opts);
    const parent = { parent: this };
    const repository = args.repository.repository;
    const logGroup = new aws.cloudwatch.LogGroup(`${name}-build`, { retentionInDays: args.logRetentionDays }, parent);
    const service = "codebuild.amazonaws.com";
    // The project's own name is not known before the role. Source: CodeBuild user guide, cross-service-confused-deputy-prevention.
    const sourceArn = siblingArn(repository.arn, "codebuild", "project/*");
    this.role = serviceRole(`${name}-build`, { service, sourceArn }, [], parent);
    const group = reportGroup(name, args.tests, parent);
    const cache = args.buildCache && buildCache(name, args.buildCache, parent);
    const granted = [
      ...statements(args, repository, logGroup),
      ...(cache?.statements ?? []),
      ...(group ? reportStatements(group.arn) : []),
    ];
    grant(`${name}-build`, this.role, granted, parent);
    this.project = new aws.codebuild.Project(
      name,
      {
        description: args.promoteFrom
          ? "Copies the image that another stack has released, by digest"
          : "Builds the app's image and pushes it under its commit's tag",
        serviceRole: this.role.arn,
        source: { type: "CODEPIPELINE", buildspec: buildspec(args, group) },
        artifacts: { type: "CODEPIPELINE" },
        environment: {
          ...environments[args.cpuArchitecture],
          computeType: "BUILD_GENERAL1_SMALL",
          // Docker runs inside the build's container.
          privilegedMode: true,
          environmentVariables: [
            { name: "REPOSITORY_URI", value: repository.repositoryUrl },
            ...(args.promoteFrom
              ? [{ name: "SOURCE_REPOSITORY_URI", value: args.promoteFrom.repositoryUri }]
              : [
                  { name: "IMAGE_PLATFORM", value: imagePlatform(args.cpuArchitecture) },
                  { name: "APP_DIRECTORY", value: args.sourceDirectory },
                ]),
            ...(cache?.variables ?? []),
            ...(args.tests ? [{ name: "TEST_COMMAND", value: args.tests.command }] : []),
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

function buildspec(
  { promoteFrom, scanGate, buildCache, tests, sourceDirectory }: BuildProjectArgs,
  group: aws.codebuild.ReportGroup | undefined,
): pulumi.Input<string> {
  const options = {
    scanGate: scanGate !== undefined,
    buildCache: buildCache !== undefined,
    tests: tests !== undefined,
  };
  if (promoteFrom) return renderPromotionBuildspec(options);
  if (!tests || !group) return renderBuildspec(options);
  return group.arn.apply((arn) => renderBuildspec({ ...options, reports: reports(tests, arn, sourceDirectory) }));
}

function statements(args: BuildProjectArgs, repository: aws.ecr.Repository, logGroup: aws.cloudwatch.LogGroup) {
  return [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [pulumi.interpolate`${logGroup.arn}:log-stream:*`],
    },
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
    {
      actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
      resources: [pulumi.interpolate`${args.artifactBucketArn}/*`],
    },
    // CodeBuild makes sure whose bucket it is. Source: CodeBuild user guide, setting-up-service-role.
    { actions: ["s3:GetBucketAcl", "s3:GetBucketLocation"], resources: [args.artifactBucketArn] },
    ...(args.promoteFrom
      ? [
          {
            actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources: ecrRepositoryArns(args.promoteFrom.repositoryUri, args.promoteFrom.keyArn),
          },
        ]
      : []),
    ...(args.scanGate ? scanGateStatements(repository.arn) : []),
    // ECR signs with the rights of whoever pushes. Source: ECR user guide, managed-signing.
    ...(args.signingProfileArn ? [{ actions: ["signer:SignPayload"], resources: [args.signingProfileArn] }] : []),
  ];
}
