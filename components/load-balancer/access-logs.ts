import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PrivateBucket } from "../private-bucket";
import { arnParts } from "../arn";

/** Where the load balancer writes one line about each request. */
export interface AccessLogs {
  /**
   * An existing bucket of the region, encrypted with S3's own keys, whose policy lets Elastic Load Balancing write.
   * @default one is made
   */
  readonly bucket?: pulumi.Input<string>;
  /** @default "loadbalancers" */
  readonly prefix?: string;
  /** Days for which a bucket made here keeps them. @default 90 */
  readonly keepDays?: number;
}

/**
 * The load balancer's `accessLogs`. AWS writes a test object when they are turned on, so the bucket's policy comes first.
 * Source: ALB user guide, enable-access-logging.
 *
 * @param sibling any resource of Elastic Load Balancing; its ARN tells partition, region and account.
 * @param deletionProtection keeps a bucket made here while anything is in it.
 */
export function accessLogs(
  name: string,
  { bucket, prefix = "loadbalancers", keepDays = 90 }: AccessLogs,
  sibling: aws.lb.TargetGroup,
  deletionProtection: boolean,
  opts: pulumi.ComponentResourceOptions,
) {
  if (bucket !== undefined) return { enabled: true, bucket, prefix };
  const made = new PrivateBucket(
    `${name}-logs`,
    {
      expireAfterDays: keepDays,
      expireVersionsAfterDays: 1,
      // The only encryption with which Elastic Load Balancing can write. Source: the same page, "Requirements".
      encryption: "AES256",
      forceDestroy: !deletionProtection,
      statements: (bucketArn) => [deliveryStatement(bucketArn, prefix, sibling.arn)],
    },
    opts,
  );
  // The name as it is once the policy is there.
  const writable = pulumi.all([made.bucket.bucket, made.policy.id]).apply(([it]) => it);
  return { enabled: true, bucket: writable, prefix };
}

function deliveryStatement(bucketArn: pulumi.Output<string>, prefix: string, siblingArn: pulumi.Output<string>) {
  return pulumi.all([bucketArn, siblingArn]).apply(([bucket, arn]) => {
    const { partition, region, account } = arnParts(arn);
    return {
      Sid: "LoadBalancerLogs",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${bucket}/${prefix}/AWSLogs/${account}/*`,
      Condition: {
        ArnLike: { "aws:SourceArn": `arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/*` },
      },
    };
  });
}
