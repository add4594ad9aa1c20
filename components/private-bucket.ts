import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface PrivateBucketArgs {
  /** Days after which an object is deleted. @default never */
  readonly expireAfterDays?: number;
  /** Days after which an object's earlier version is deleted. */
  readonly expireVersionsAfterDays: number;
  /** `AES256` is S3's own key, for writers that cannot use one of KMS. @default "aws:kms" */
  readonly encryption?: "aws:kms" | "AES256";
  /** A key of KMS instead of S3's own there. @default S3's own */
  readonly keyArn?: pulumi.Input<string>;
  /** Further statements of the bucket's policy. @default none */
  readonly statements?: (bucketArn: pulumi.Output<string>) => pulumi.Input<object>[];
  /** Whether deleting it deletes what is in it; otherwise only an empty bucket is deleted. @default true */
  readonly forceDestroy?: boolean;
}

/** A versioned bucket that is encrypted, private, and speaks TLS only. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** Versioning is on once this is there; CodePipeline refuses a source bucket without it. */
  readonly versioning: aws.s3.BucketVersioning;
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:PrivateBucket", name, {}, opts);
    const parent = { parent: this };
    const { encryption = "aws:kms", statements = () => [], forceDestroy = true } = args;
    this.bucket = new aws.s3.Bucket(name, { forceDestroy }, parent);
    const bucket = this.bucket.bucket;
    this.versioning = new aws.s3.BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      parent,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: encryption,
              ...(args.keyArn === undefined ? {} : { kmsMasterKeyId: args.keyArn }),
            },
            // Only KMS has a key to spare calls to.
            ...(encryption === "aws:kms" ? { bucketKeyEnabled: true } : {}),
          },
        ],
      },
      parent,
    );
    const publicAccess = new aws.s3.BucketPublicAccessBlock(
      name,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      parent,
    );
    this.policy = new aws.s3.BucketPolicy(
      name,
      {
        bucket,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [tlsOnly(this.bucket.arn), ...statements(this.bucket.arn)],
        }),
      },
      // S3 refuses two changes of a bucket's access at a time.
      { parent: this, dependsOn: [publicAccess] },
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            id: "expire",
            status: "Enabled",
            filter: { prefix: "" },
            ...(args.expireAfterDays ? { expiration: { days: args.expireAfterDays } } : {}),
            noncurrentVersionExpiration: { noncurrentDays: args.expireVersionsAfterDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      { parent: this, dependsOn: [this.versioning] },
    );
    this.registerOutputs();
  }
}

function tlsOnly(bucketArn: pulumi.Output<string>) {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
