import type { TextRule } from "./rule";

const partition = "aws(?:-[a-z]+)*";
const region = "[a-z]{2}(?:-[a-z]+)+-\\d";
const account = "\\d{12}";

/** @param service as ARNs spell it, a pattern; `resource` likewise */
function arn(service: string, resource: string): RegExp {
  return new RegExp(`^arn:${partition}:${service}:${region}:${account}:${resource}$`);
}

/** AWS documents no greater length of any ARN. Source: IAM API, arnType. */
const most = 2048;

function arnRule(source: string, expected: string, pattern: RegExp, refuses?: TextRule["refuses"]): TextRule {
  return { source, expected, pattern, least: 1, most, ...(refuses ? { refuses } : {}) };
}

export const kmsKeyArn = arnRule(
  'KMS developer guide, concepts, "Key identifiers"',
  "arn:aws:kms:<region>:<account>:key/<id>, not an alias",
  arn("kms", "key/[\\w-]+"),
);

export const topicArn = arnRule(
  "SNS API, Subscribe and Publish",
  "the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>",
  arn("sns", "[\\w-]{1,256}(?:\\.fifo)?"),
  // Whoever publishes to one must give a MessageGroupId, which none of AWS's services here does.
  (value) =>
    value.endsWith(".fifo") ? "AWS's notifications cannot go to a FIFO topic. Name a standard topic." : undefined,
);

export const connectionArn = arnRule(
  "CodeConnections API, ConnectionArn",
  "the ARN of a connection, arn:aws:codeconnections:<region>:<account>:connection/<id>",
  arn("(?:codeconnections|codestar-connections)", "connection/[\\w-]+"),
);

export const signingProfileArn = arnRule(
  "Signer API, PutSigningProfile",
  "the ARN of a signing profile, arn:aws:signer:<region>:<account>:/signing-profiles/<name>",
  arn("signer", "/signing-profiles/\\w{2,64}"),
);

export const certificateArn = arnRule(
  "ACM API, CertificateDetail",
  "the ARN of an ACM certificate, arn:aws:acm:<region>:<account>:certificate/<id>",
  arn("acm", "certificate/[\\w-]+"),
);

export const webAclArn = arnRule(
  "WAFV2 API, AssociateWebACL",
  "the ARN of a web ACL of scope REGIONAL; one for CloudFront cannot protect a load balancer",
  arn("wafv2", "regional/webacl/[\\w-]{1,128}/[\\w-]+"),
);

export const clusterArn = arnRule(
  "ECS API, CreateCluster",
  "the ARN of an ECS cluster, arn:aws:ecs:<region>:<account>:cluster/<name>",
  arn("ecs", "cluster/[\\w-]{1,255}"),
);

export const loadBalancerArn = arnRule(
  "Elastic Load Balancing API, DescribeLoadBalancers",
  "that of an application load balancer (…:loadbalancer/app/…)",
  arn("elasticloadbalancing", "loadbalancer/app/[\\w-]{1,32}/\\w+"),
);

export const listenerArn = arnRule(
  "Elastic Load Balancing API, DescribeListeners",
  "the ARN of an application load balancer's listener (…:listener/app/…)",
  arn("elasticloadbalancing", "listener/app/[\\w-]{1,32}/\\w+/\\w+"),
);

export const eventBusArn = arnRule(
  "EventBridge API, CreateEventBus",
  "the ARN of an event bus: the other stack's output promotionBusArn",
  arn("events", "event-bus/[\\w./-]{1,256}"),
);

export const repositoryArn = arnRule(
  "ECR API, CreateRepository",
  "the ARN of an ECR repository, arn:aws:ecr:<region>:<account>:repository/<name>",
  arn("ecr", "repository/[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"),
);

export const managedPolicyArn = arnRule(
  "IAM API, AttachRolePolicy and PolicyNotAttachableException",
  "the ARN of a managed policy, arn:aws:iam::<account>:policy/<name>",
  new RegExp(`^arn:${partition}:iam::(?:${account}|aws):policy/[\\w+=,.@/-]+$`),
  (value) =>
    value.includes(":policy/aws-service-role/")
      ? "AWS attaches it to service-linked roles only. Name another policy."
      : undefined,
);

/** A secret of Secrets Manager; a part of its value may follow. Source: ECS developer guide, secrets-envvar-secrets-manager. */
const secret = arn("secretsmanager", "secret:[\\w/+=.@-]+(?::[^:]*:[^:]*:[^:]*)?");
const parameter = arn("ssm", "parameter(?:/[\\w.-]+)+");

/** What ECS reads the value of a variable from. */
export const secretArn: TextRule = {
  ...arnRule(
    "ECS developer guide, secrets-envvar-secrets-manager and secrets-envvar-ssm-paramstore",
    "the ARN of a Secrets Manager secret or a Systems Manager parameter, not a value",
    new RegExp(`${secret.source}|${parameter.source}`),
    (value) => (secret.test(value) ? secretReason(value) : undefined),
  ),
  confidential: true,
};

/** Whether the value is a secret of Secrets Manager; otherwise it is a parameter of Systems Manager. */
export function isSecretsManagerArn(value: string): boolean {
  return secret.test(value);
}

function secretReason(value: string): string | undefined {
  const [, , , area, , , name = "", , stage = "", version = ""] = value.split(":");
  if (!/-[A-Za-z0-9]{6}$/.test(name)) {
    // IAM compares the whole ARN, so a grant for this one allows nothing.
    const command = `aws secretsmanager describe-secret --region ${area} --secret-id ${name} --query ARN --output text`;
    return `a secret's ARN ends in a hyphen and six random characters. Print the whole ARN: ${command}`;
  }
  if (stage !== "" && version !== "") return "it names a version's stage and its id. Keep one of the two.";
  return undefined;
}
