import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface PrivateBucketArgs {
  /** Days after which an object is deleted. @default never */
  readonly expireAfterDays?: number;
  /** Days after which an object's earlier version is deleted. */
  readonly expireVersionsAfterDays: number;
}

/** A versioned bucket that is encrypted, private, and speaks TLS only. Deleting it deletes what is in it. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** Versioning is on once this is there; CodePipeline refuses a source bucket without it. */
  readonly versioning: aws.s3.BucketVersioning;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:PrivateBucket", name, {}, opts);
    const parent = { parent: this };
    // All that is ever in it can be made again from git and this program.
    this.bucket = new aws.s3.Bucket(name, { forceDestroy: true }, parent);
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
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" }, bucketKeyEnabled: true }],
      },
      parent,
    );
    const publicAccess = new aws.s3.BucketPublicAccessBlock(
      name,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      parent,
    );
    new aws.s3.BucketPolicy(
      name,
      { bucket, policy: this.bucket.arn.apply(tlsOnly) },
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

function tlsOnly(bucketArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
