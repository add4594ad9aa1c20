import { codePipeline, textMistake } from "../../../aws-rules";
import { judge } from "./schemas";
import { translations } from "./translations";
import { containsUnknown, type Values, without } from "./values";

interface AutoName {
  readonly property: string;
  /** The longest name that Pulumi's AWS provider makes; it refuses to make a longer one. */
  readonly longest: number;
  readonly lowerCase?: boolean;
}

/** Types that get a name of their own when the program gives none. Source: pulumi-aws, provider/resources.go (AutoName). */
const autoNames: Readonly<Record<string, AutoName>> = {
  "aws:appautoscaling/policy:Policy": { property: "name", longest: 255 },
  "aws:cloudwatch/eventRule:EventRule": { property: "name", longest: 64 },
  "aws:appautoscaling/scheduledAction:ScheduledAction": { property: "name", longest: 255 },
  "aws:cloudwatch/metricAlarm:MetricAlarm": { property: "name", longest: 255 },
  "aws:codestarnotifications/notificationRule:NotificationRule": { property: "name", longest: 64 },
  "aws:sns/topic:Topic": { property: "name", longest: 256 },
  "aws:ssm/parameter:Parameter": { property: "name", longest: 2048 },
  "aws:cloudwatch/logGroup:LogGroup": { property: "name", longest: 512 },
  "aws:codebuild/project:Project": { property: "name", longest: 255 },
  "aws:codebuild/reportGroup:ReportGroup": { property: "name", longest: 128 },
  "aws:codeconnections/connection:Connection": { property: "name", longest: 255 },
  "aws:codedeploy/application:Application": { property: "name", longest: 100 },
  "aws:codepipeline/pipeline:Pipeline": { property: "name", longest: 100 },
  "aws:ec2/securityGroup:SecurityGroup": { property: "name", longest: 255 },
  "aws:ecr/repository:Repository": { property: "name", longest: 256, lowerCase: true },
  "aws:ecs/cluster:Cluster": { property: "name", longest: 255 },
  "aws:ecs/service:Service": { property: "name", longest: 255 },
  "aws:iam/role:Role": { property: "name", longest: 64 },
  "aws:iam/rolePolicy:RolePolicy": { property: "name", longest: 128 },
  "aws:lambda/function:Function": { property: "name", longest: 64 },
  "aws:lb/loadBalancer:LoadBalancer": { property: "name", longest: 32 },
  "aws:lb/targetGroup:TargetGroup": { property: "name", longest: 32 },
  "aws:s3/bucket:Bucket": { property: "bucket", longest: 63, lowerCase: true },
};

/** Types that CloudFormation does not have, with what cannot be changed of them. */
const ownCreateOnly: Readonly<Record<string, readonly string[]>> = {
  "aws:acm/certificateValidation:CertificateValidation": ["certificateArn"],
  "aws:cloudwatch/eventTarget:EventTarget": ["rule"],
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": ["repository"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["role", "policyArn"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["bucket"],
  "aws:s3/bucketNotification:BucketNotification": ["bucket"],
  "aws:s3/bucketObjectv2:BucketObjectv2": ["bucket", "key"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["bucket"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ["bucket"],
  "aws:s3/bucketVersioning:BucketVersioning": ["bucket"],
  // CloudFormation makes no SecureString.
  "aws:ssm/parameter:Parameter": ["name"],
  // CloudFormation replaces a rule whatever changes; the provider calls ModifySecurityGroupRules.
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["securityGroupId"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["securityGroupId"],
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:ec2/subnet:Subnet": ["vpcId", "cidrBlock"],
};

/** The property that names things of this type by themselves. */
export function namedBy(type: string): string | undefined {
  return autoNames[type]?.property;
}

/** A name of Pulumi's making: the resource's, and seven random digits. Throws where the provider does. */
export function autoName(type: string, name: string, random: string): Values {
  const rule = autoNames[type];
  if (!rule) return {};
  const made = `${rule.lowerCase ? name.toLowerCase() : name}-${random.slice(0, 7)}`;
  if (made.length > rule.longest) {
    throw new Error(`name '${name}' plus 7 random chars is longer than maximum length ${rule.longest}`);
  }
  return { [rule.property]: made };
}

/** What AWS would refuse of these inputs, whatever else is in the account. */
export function inputProblems(type: string, inputs: Values): string[] {
  if (type === "aws:s3/bucketObjectv2:BucketObjectv2") return objectProblems(inputs);
  const translate = translations[type];
  const own = type === "aws:codepipeline/pipeline:Pipeline" ? configurationProblems(inputs) : [];
  if (translate) return [...own, ...judge(translate(inputs)).problems];
  return type in ownCreateOnly ? [] : [`${type} is not described in test/engine/cloud; add its translation`];
}

/** Those of the changed properties that AWS cannot change, so that the resource is replaced. */
export function replacing(type: string, inputs: Values, changed: readonly string[]): string[] {
  const own = ownCreateOnly[type];
  if (own) return changed.filter((key) => own.includes(key));
  const translate = translations[type];
  if (!translate) return [];
  const { createOnly } = judge(translate(inputs));
  const whole = translate(inputs).properties;
  return changed.filter((key) => {
    // CloudFormation's properties that this one of Pulumi's makes.
    const others = translate(without(inputs, key)).properties;
    return Object.keys(whole).some((name) => createOnly.has(name) && !(name in others));
  });
}

interface Configured {
  readonly configuration?: Values;
}

/** What AWS's schema of a pipeline leaves out: how long a value of an action's configuration may be. */
function configurationProblems({ stages }: Values): string[] {
  const actions = (stages as { readonly actions: readonly Configured[] }[]).flatMap((stage) => stage.actions);
  return actions.flatMap(({ configuration = {} }) =>
    Object.entries(configuration).flatMap(([key, value]) => {
      const mistake = typeof value === "string" ? textMistake(codePipeline.configurationValue, value) : undefined;
      return mistake === undefined ? [] : [`configuration.${key}: ${mistake}`];
    }),
  );
}

function objectProblems({ bucket, key, contentBase64 }: Values): string[] {
  if (containsUnknown([bucket, key, contentBase64])) return [];
  const bytes = Buffer.from(String(contentBase64), "base64").length;
  return [
    ...(typeof bucket === "string" && typeof key === "string" ? [] : ["an object has a bucket and a key"]),
    // Input artifacts of the deploy action. Source: CodePipeline user guide, limits.
    ...(bytes > 0 && bytes < 3 * 1024 * 1024
      ? []
      : [`contentBase64: ${bytes} bytes are no artifact of 1 byte to 3 MB`]),
  ];
}
