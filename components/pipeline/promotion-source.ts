import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnParts } from "../arn";
import { sourceArtifact } from "./artifacts";
import type { PipelineSource } from "./pipeline-source";
import { keyUse, type Statement } from "../policy";
import { type PromoteFrom, releasedObject } from "./promotion";
import { newObject, startOnObject } from "./start-on-object";

/**
 * The source of a pipeline that releases what another stack has released: its runs start with each of that stack's
 * releases. That stack's events come on a bus of this one, since S3 tells its own account only.
 * docs/decisions/promotion-by-copy.md.
 */
export class PromotionSource extends pulumi.ComponentResource implements PipelineSource {
  readonly action: PipelineSource["action"];
  readonly statements: readonly Statement[];
  readonly bus: aws.cloudwatch.EventBus;

  constructor(
    private readonly name: string,
    private readonly from: pulumi.Output<PromoteFrom>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:PromotionSource", name, {}, opts);
    const parent = { parent: this };
    const { partition, account } = pulumi.output(from.keyArn.apply(arnParts));
    // The other stack has to know its ARN, so it has no suffix.
    this.bus = new aws.cloudwatch.EventBus(`${name}-promotions`, { name: `${name}-promotions` }, parent);
    new aws.cloudwatch.EventBusPolicy(
      `${name}-promotions`,
      {
        eventBusName: this.bus.name,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Releases",
              Effect: "Allow",
              Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${account}:root` },
              Action: "events:PutEvents",
              Resource: this.bus.arn,
              // Only what S3 itself says of new objects: accounts cannot put events whose source begins with "aws.".
              // Source: EventBridge user guide, eb-event-bus-example-policy-cross-account-custom-bus-source.
              Condition: {
                // Each key has a value for every event of a call.
                "ForAllValues:StringEquals": {
                  "events:source": newObject.source,
                  "events:detail-type": newObject.detailType,
                },
              },
            },
          ],
        }),
      },
      parent,
    );
    this.action = {
      name: "Released",
      category: "Source",
      owner: "AWS",
      provider: "S3",
      version: "1",
      outputArtifacts: [sourceArtifact],
      configuration: { S3Bucket: from.bucket, S3ObjectKey: releasedObject, PollForSourceChanges: "false" },
    };
    const bucketArn = pulumi.interpolate`arn:${partition}:s3:::${from.bucket}`;
    // A bucket's name can be anybody's, once it is free.
    const conditions = { StringEquals: { "aws:ResourceAccount": account } };
    this.statements = [
      {
        actions: ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
        resources: [pulumi.interpolate`${bucketArn}/${releasedObject}`],
        conditions,
      },
      {
        actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        resources: [bucketArn],
        conditions,
      },
      keyUse(from.keyArn, ["kms:Decrypt"], ["s3"]),
    ];
    this.registerOutputs();
  }

  startOnRelease(pipeline: aws.codepipeline.Pipeline): void {
    startOnObject(
      `${this.name}-promotions`,
      {
        pipeline,
        description: "A release of the stack before starts the pipeline",
        bucket: this.from.bucket,
        key: releasedObject,
        roleName: `${this.name}-promotion`,
        bus: this.bus,
      },
      { parent: this },
    );
  }
}
