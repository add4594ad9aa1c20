import { between, from, type TextRule } from "./rule";

/** A name in DNS that users call. */
export const domainName: TextRule = {
  source: "ACM API, RequestCertificate; Route 53 developer guide, DomainNameFormat",
  expected: "a name that users can call, like app.example.com",
  pattern: /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
  least: 4,
  most: 253,
};

/** Of a certificate that ACM issues for one name. */
export const issuedDomainName: TextRule = {
  ...domainName,
  source: "ACM API, RequestCertificate, DomainName",
  most: 64,
};

export const hostedZoneId: TextRule = {
  source: "Route 53 API, ResourceId",
  expected: "the id of a hosted zone, like Z0123456789ABCDEFGHIJ",
  pattern: /^[A-Z0-9]+$/,
  least: 1,
  most: 32,
};

export const bucketName: TextRule = {
  source: "S3 user guide, bucketnamingrules",
  expected: "the name of a bucket: lower-case letters, digits, hyphens and dots",
  pattern: /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/,
  least: 3,
  most: 63,
  refuses: (value) =>
    /\.\.|^\d+\.\d+\.\d+\.\d+$|^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/.test(
      value,
    )
      ? "S3 gives no bucket such a name. Check it in the console."
      : undefined,
};

export const vpcId = id("vpc");
export const subnetId = id("subnet");
export const securityGroupId = id("sg");

function id(prefix: string): TextRule {
  return {
    source: "EC2 user guide, resource-ids",
    expected: `an id like ${prefix}-0123456789abcdef0`,
    pattern: new RegExp(`^${prefix}-[0-9a-f]+$`),
    least: prefix.length + 2,
    most: 64,
  };
}

/** A load balancer needs two zones, each with a subnet of a /27 or more; no region has above six. */
export const availabilityZones = between(2, 6, 'Elastic Load Balancing user guide, "Subnets for your load balancer"');
export const zoneCidrMask = between(17, 25, "the same page, for a quarter of a zone in a VPC of /16");

export const slackWorkspaceId: TextRule = {
  source: "AWS Chatbot API, SlackTeamId",
  expected: "the id of a Slack workspace, like T0123456789",
  pattern: /^[0-9A-Z]+$/,
  least: 1,
  most: 255,
};
export const slackChannelId: TextRule = {
  source: "AWS Chatbot API, SlackChannelId",
  expected: "the id of a Slack channel, like C0123456789",
  pattern: /^[0-9A-Z]+$/,
  least: 1,
  most: 255,
};

/** Managed policies that a role takes unless AWS raises the quota. */
export const policiesOfRole = between(0, 10, "IAM user guide, reference_iam-quotas");

export const cooldownSeconds = from(0, "Application Auto Scaling API, TargetTrackingScalingPolicyConfiguration");
