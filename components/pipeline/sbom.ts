import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { imageTag } from "../image-repository";
import { sbomArtifact } from "./artifacts";
import { commitVariable } from "./pipeline-source";
import { grant, type Statement } from "../policy";
import { PrivateBucket } from "../private-bucket";
import type { CpuArchitecture } from "../task/task-definition";

export interface SbomArgs {
  /** Where the build has pushed the image. */
  readonly repository: aws.ecr.Repository;
  /** What the image is built for. */
  readonly cpuArchitecture: CpuArchitecture;
  readonly logRetentionDays: number;
  /** Keeps the bucket while anything is in it. */
  readonly deletionProtection: boolean;
}

/**
 * Has Amazon Inspector write a bill of materials (SBOM) of each image that was built, and keeps it under the image's tag in
 * a bucket of its own: the pipeline's artifacts expire. docs/decisions/sbom.md.
 */
export class Sbom extends pulumi.ComponentResource {
  /** After the build, in its stage. */
  readonly actions: readonly aws.types.input.codepipeline.PipelineStageAction[];
  /** What the pipeline's role needs for them, besides its log. */
  readonly statements: readonly Statement[];
  readonly bucket: aws.s3.Bucket;

  constructor(
    private readonly name: string,
    private readonly args: SbomArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:Sbom", name, {}, opts);
    const { repository, cpuArchitecture, deletionProtection } = args;
    const tag = imageTag(commitVariable, cpuArchitecture);
    const { bucket } = new PrivateBucket(
      `${name}-sbom`,
      { expireVersionsAfterDays: 90, forceDestroy: !deletionProtection },
      { parent: this },
    );
    this.bucket = bucket;
    const common = { owner: "AWS", version: "1" };
    this.actions = [
      {
        // Without thresholds, so that what it finds stops nothing: that is the scan gate's.
        // Source: CodePipeline user guide, action-reference-InspectorScan.
        ...common,
        name: "Sbom",
        category: "Invoke",
        provider: "InspectorScan",
        runOrder: 2,
        outputArtifacts: [sbomArtifact],
        configuration: {
          InspectorRunMode: "ECRImageScan",
          ECRRepositoryName: repository.name,
          // Tags are immutable, so this is the digest that is deployed.
          ImageTag: tag,
        },
      },
      {
        // Source: CodePipeline user guide, action-reference-S3Deploy.
        ...common,
        name: "KeepSbom",
        category: "Deploy",
        provider: "S3",
        runOrder: 3,
        inputArtifacts: [sbomArtifact],
        configuration: { BucketName: bucket.bucket, ObjectKey: tag, Extract: "true" },
      },
    ];
    this.statements = [
      // A bill of materials has no ARN, and a registry token belongs to no repository.
      { actions: ["ecr:GetAuthorizationToken", "inspector-scan:ScanSbom"], resources: ["*"] },
      {
        actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        resources: [repository.arn],
      },
      { actions: ["s3:PutObject"], resources: [pulumi.interpolate`${bucket.arn}/*`] },
      { actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], resources: [bucket.arn] },
    ];
    this.registerOutputs();
  }

  /**
   * To be called when the pipeline is there: its name is the log's, which would otherwise be made at the first run and
   * kept for ever. Source: CodePipeline user guide, action-reference-Commands, "Service role policy permissions".
   */
  logOf(pipeline: aws.codepipeline.Pipeline, role: aws.iam.Role): void {
    const name = `${this.name}-sbom`;
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: pulumi.interpolate`/aws/codepipeline/${pipeline.name}`, retentionInDays: this.args.logRetentionDays },
      { parent: this },
    );
    const write = {
      actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`],
    };
    grant(name, role, [write], { parent: this });
  }
}
