import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keyUse, serviceRole, type Statement } from "../policy";
import { PrivateBucket } from "../private-bucket";
import { imageArtifact } from "./artifacts";
import { releasedObject } from "./promotion";
import { eventRule, newVersionOf } from "./start-on-object";
import { arnParts } from "../arn";

export interface ReleasedImagesArgs {
  /** Event buses of the stacks that may release this one's images. */
  readonly promoteTo: readonly pulumi.Input<string>[];
  readonly repository: aws.ecr.Repository;
}

/**
 * What this stack has released, for the stacks after it: a bucket that says which image it was, encrypted under a key of
 * its own, and the leave of their accounts to read it and to pull from the repository. Each release is told on their buses.
 */
export class ReleasedImages extends pulumi.ComponentResource {
  /** Says what was released, after the deployment in the same stage. Source: CodePipeline user guide, action-reference-S3Deploy. */
  readonly action: aws.types.input.codepipeline.PipelineStageAction;
  readonly statements: readonly Statement[];
  readonly bucket: PrivateBucket;
  readonly key: aws.kms.Key;

  constructor(name: string, { promoteTo, repository }: ReleasedImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:ReleasedImages", name, {}, opts);
    const parent = { parent: this };
    const readers = pulumi.all([...promoteTo]).apply((buses) => [...new Set(buses.map(accountOf))]);
    this.key = releaseKey(`${name}-released`, repository.arn, readers, parent);
    this.bucket = new PrivateBucket(
      `${name}-released`,
      {
        expireVersionsAfterDays: 90,
        keyArn: this.key.arn,
        statements: (bucketArn) => readStatements(readers, bucketArn),
      },
      parent,
    );
    new aws.ecr.RepositoryPolicy(
      name,
      {
        repository: repository.name,
        // Source: ECR user guide, repository-policy-examples.
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Promotion",
              Effect: "Allow",
              Principal: { AWS: readers },
              Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            },
          ],
        }),
      },
      parent,
    );
    this.tell(name, promoteTo, parent);
    this.action = {
      name: "Publish",
      category: "Deploy",
      owner: "AWS",
      provider: "S3",
      version: "1",
      // Once the deployment has succeeded.
      runOrder: 2,
      inputArtifacts: [imageArtifact],
      configuration: {
        BucketName: this.bucket.bucket.bucket,
        ObjectKey: releasedObject,
        Extract: "false",
        KMSEncryptionKeyARN: this.key.arn,
      },
    };
    const bucketArn = this.bucket.bucket.arn;
    this.statements = [
      { actions: ["s3:PutObject"], resources: [pulumi.interpolate`${bucketArn}/${releasedObject}`] },
      { actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], resources: [bucketArn] },
      keyUse(this.key.arn, ["kms:Decrypt", "kms:GenerateDataKey"], ["s3"]),
    ];
    this.registerOutputs();
  }

  // Source: EventBridge user guide, eb-cross-account.
  private tell(name: string, promoteTo: readonly pulumi.Input<string>[], parent: pulumi.CustomResourceOptions): void {
    const bucket = this.bucket.bucket.bucket;
    new aws.s3.BucketNotification(`${name}-released`, { bucket, eventbridge: true }, parent);
    const rule = new aws.cloudwatch.EventRule(
      `${name}-released`,
      {
        description: "A release is told to the stacks after this one",
        eventPattern: newVersionOf(bucket, releasedObject),
      },
      parent,
    );
    const put = [{ actions: ["events:PutEvents"], resources: promoteTo }];
    const role = serviceRole(`${name}-tell`, eventRule(rule), put, parent);
    promoteTo.forEach((arn, index) => {
      new aws.cloudwatch.EventTarget(
        `${name}-released-${index + 1}`,
        { rule: rule.name, arn, roleArn: role.arn },
        parent,
      );
    });
  }
}

/** The account of a bus, as the principal that a policy names; which of its roles, that account says itself. */
function accountOf(busArn: string): string {
  const { partition, account } = arnParts(busArn);
  return `arn:${partition}:iam::${account}:root`;
}

// Source: CodePipeline user guide, action-reference-S3 (what the other pipeline calls).
function readStatements(readers: pulumi.Output<string[]>, bucketArn: pulumi.Output<string>) {
  const allow = (Sid: string, Action: readonly string[], Resource: pulumi.Input<string>) => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: readers },
    Action,
    Resource,
  });
  return [
    allow(
      "ReadRelease",
      ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
      pulumi.interpolate`${bucketArn}/${releasedObject}`,
    ),
    allow("FindRelease", ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], bucketArn),
  ];
}

// Source: KMS developer guide, key-policy-modifying-external-accounts.
function releaseKey(
  name: string,
  sibling: pulumi.Output<string>,
  readers: pulumi.Output<string[]>,
  opts: pulumi.CustomResourceOptions,
): aws.kms.Key {
  return new aws.kms.Key(
    name,
    {
      description: "What was released, for the stacks after this one",
      enableKeyRotation: true,
      policy: pulumi.all([sibling, readers]).apply(([arn, accounts]) => {
        const { partition, region, account } = arnParts(arn);
        return JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "AccountsOwnPolicies",
              Effect: "Allow",
              Principal: { AWS: `arn:${partition}:iam::${account}:root` },
              Action: "kms:*",
              Resource: "*",
            },
            {
              Sid: "ReadRelease",
              Effect: "Allow",
              Principal: { AWS: accounts },
              Action: "kms:Decrypt",
              Resource: "*",
              Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } },
            },
          ],
        });
      }),
    },
    opts,
  );
}
