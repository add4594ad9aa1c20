import { createHash } from "node:crypto";

/** The account that the mocked AWS answers with, and the region of a stack that names none. */
export const account = "123456789012";
export const region = "eu-central-1";

type Values = Record<string, unknown>;
type Outputs = (name: string, inputs: Values, suffix: string) => Values & { id?: string };

const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
const nothingAdded: Outputs = () => ({});

/**
 * What AWS adds to each type's inputs, in the shape of the real thing. `name` is the physical name: Pulumi's own
 * naming, the resource's name and a suffix, unless the program gives one.
 */
const outputsOf: Readonly<Record<string, Outputs>> = {
  "aws:acm/certificate:Certificate": (_, { domainName }, suffix) => ({
    id: arn("acm", `certificate/${suffix}`),
    arn: arn("acm", `certificate/${suffix}`),
    domainValidationOptions: [
      {
        domainName,
        resourceRecordName: `_${suffix}.${String(domainName)}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_${suffix}.acm-validations.aws.`,
      },
    ],
  }),
  "aws:acm/certificateValidation:CertificateValidation": nothingAdded,
  "aws:appautoscaling/policy:Policy": nothingAdded,
  "aws:appautoscaling/scheduledAction:ScheduledAction": nothingAdded,
  "aws:appautoscaling/target:Target": nothingAdded,
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": nothingAdded,
  "aws:cloudwatch/eventBus:EventBus": (name) => ({ name, id: name, arn: arn("events", `event-bus/${name}`) }),
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": nothingAdded,
  "aws:cloudwatch/eventRule:EventRule": (name) => ({ name, id: name, arn: arn("events", `rule/${name}`) }),
  "aws:cloudwatch/eventTarget:EventTarget": nothingAdded,
  "aws:cloudwatch/logGroup:LogGroup": (name) => ({ name, id: name, arn: arn("logs", `log-group:${name}`) }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (name) => ({ name, id: name, arn: arn("cloudwatch", `alarm:${name}`) }),
  "aws:codebuild/project:Project": (name) => ({ name, arn: arn("codebuild", `project/${name}`) }),
  "aws:codebuild/reportGroup:ReportGroup": (name) => ({ name, arn: arn("codebuild", `report-group/${name}`) }),
  "aws:codeconnections/connection:Connection": (name, _, suffix) => ({
    name,
    arn: arn("codeconnections", `connection/${suffix}`),
    connectionStatus: "PENDING",
  }),
  "aws:codedeploy/application:Application": (name) => ({ name, arn: arn("codedeploy", `application:${name}`) }),
  "aws:codedeploy/deploymentConfig:DeploymentConfig": nothingAdded,
  "aws:codedeploy/deploymentGroup:DeploymentGroup": (_, { appName, deploymentGroupName }) => ({
    arn: arn("codedeploy", `deploymentgroup:${String(appName)}/${String(deploymentGroupName)}`),
  }),
  "aws:codepipeline/pipeline:Pipeline": (name) => ({ name, id: name, arn: arn("codepipeline", name) }),
  "aws:codestarnotifications/notificationRule:NotificationRule": nothingAdded,
  "aws:ec2/securityGroup:SecurityGroup": (name, _, suffix) => ({ name, id: `sg-${suffix}` }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": (_, __, suffix) => ({
    id: `vpce-${suffix}`,
    arn: arn("ec2", `vpc-endpoint/vpce-${suffix}`),
  }),
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": nothingAdded,
  "aws:ecr/repository:Repository": (name) => ({
    name,
    id: name,
    arn: arn("ecr", `repository/${name}`),
    registryId: account,
    repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
  }),
  "aws:ecr/repositoryPolicy:RepositoryPolicy": nothingAdded,
  "aws:ecs/cluster:Cluster": (name) => {
    const cluster = arn("ecs", `cluster/${name}`);
    return { name, id: cluster, arn: cluster };
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": nothingAdded,
  "aws:ecs/service:Service": (name, { cluster }) => {
    const service = arn("ecs", `service/${String(cluster).split("/")[1]}/${name}`);
    return { name, id: service, arn: service };
  },
  "aws:ecs/taskDefinition:TaskDefinition": (_, { family }) => ({
    id: String(family),
    revision: 1,
    arn: arn("ecs", `task-definition/${String(family)}:1`),
  }),
  "aws:iam/role:Role": (name) => ({ name, id: name, arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:iam/rolePolicy:RolePolicy": nothingAdded,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": nothingAdded,
  "aws:kms/key:Key": (_, __, suffix) => {
    // A UUID; the suffix has sixteen digits.
    const keyId = `${suffix.slice(0, 8)}-${suffix.slice(8, 12)}-4${suffix.slice(13, 16)}-8000-000000000000`;
    return { id: keyId, keyId, arn: arn("kms", `key/${keyId}`) };
  },
  "aws:kms/keyPolicy:KeyPolicy": nothingAdded,
  "aws:lambda/function:Function": (name) => ({ name, id: name, arn: arn("lambda", `function:${name}`) }),
  "aws:lambda/permission:Permission": nothingAdded,
  "aws:lb/listener:Listener": (_, { loadBalancerArn }, suffix) => {
    const listener = `${String(loadBalancerArn).replace(":loadbalancer/", ":listener/")}/${suffix}`;
    return { id: listener, arn: listener };
  },
  "aws:lb/listenerCertificate:ListenerCertificate": nothingAdded,
  "aws:lb/listenerRule:ListenerRule": (_, { listenerArn }, suffix) => {
    const rule = `${String(listenerArn).replace(":listener/", ":listener-rule/")}/${suffix}`;
    return { id: rule, arn: rule };
  },
  "aws:lb/loadBalancer:LoadBalancer": (name, _, suffix) => {
    const loadBalancer = arn("elasticloadbalancing", `loadbalancer/app/${name}/${suffix}`);
    return {
      name,
      id: loadBalancer,
      arn: loadBalancer,
      arnSuffix: `app/${name}/${suffix}`,
      dnsName: `${name}-1234567890.${region}.elb.amazonaws.com`,
      zoneId: "Z215JYRZR1TBD5",
    };
  },
  "aws:lb/targetGroup:TargetGroup": (name, _, suffix) => {
    const group = arn("elasticloadbalancing", `targetgroup/${name}/${suffix}`);
    return { name, id: group, arn: group, arnSuffix: `targetgroup/${name}/${suffix}` };
  },
  "aws:route53/record:Record": (_, { name, zoneId, type }) => ({
    id: `${String(zoneId)}_${String(name)}_${String(type)}`,
    fqdn: String(name).replace(/\.$/, ""),
  }),
  "aws:s3/bucket:Bucket": (name) => ({ bucket: name, id: name, arn: `arn:aws:s3:::${name}` }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": nothingAdded,
  "aws:s3/bucketNotification:BucketNotification": nothingAdded,
  "aws:s3/bucketObjectv2:BucketObjectv2": (_, { bucket, key }) => ({
    id: `${String(bucket)}/${String(key)}`,
    versionId: "1",
  }),
  "aws:s3/bucketPolicy:BucketPolicy": nothingAdded,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": nothingAdded,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": nothingAdded,
  "aws:s3/bucketVersioning:BucketVersioning": nothingAdded,
  "aws:sns/topic:Topic": (name) => ({ name, id: arn("sns", name), arn: arn("sns", name) }),
  "aws:sns/topicPolicy:TopicPolicy": nothingAdded,
  "aws:ssm/parameter:Parameter": (name) => ({ name, id: name, arn: arn("ssm", `parameter/${name}`), version: 1 }),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": nothingAdded,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": nothingAdded,
  "aws:wafv2/webAclAssociation:WebAclAssociation": nothingAdded,
  "awsx:ec2:Vpc": (_, { numberOfAvailabilityZones: zones = 3 }, suffix) => {
    // Seventeen digits in all, as AWS's ids have.
    const each = (kind: string) =>
      Array.from({ length: Number(zones) }, (_zone, index) => `${kind}${index}${suffix.slice(1)}`);
    return {
      vpcId: `vpc-${suffix}`,
      publicSubnetIds: each("subnet-a"),
      privateSubnetIds: each("subnet-b"),
      routeTables: [...each("rtb-a"), ...each("rtb-b")].map((id) => ({ id })),
    };
  },
  "docker:index/image:Image": (_, { imageName }) => ({
    repoDigest: `${String(imageName).replace(/:[^:/]*$/, "")}@sha256:${digest(String(imageName), 64)}`,
  }),
};

const results: Readonly<Record<string, Values>> = {
  "aws:index/getRegion:getRegion": { region, id: region, name: region, description: "", endpoint: "" },
  "aws:index/getCallerIdentity:getCallerIdentity": {
    accountId: account,
    arn: `arn:aws:iam::${account}:user/somebody`,
    userId: "AIDA0123456789",
    id: account,
  },
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": {
    userName: "AWS",
    password: "a-registry-token",
    authorizationToken: "",
    expiresAt: "",
    proxyEndpoint: "",
    id: region,
  },
};

/**
 * The id and state that AWS (or Docker) would answer a creation with. Throws for a type that is not described here.
 *
 * @param place the stack's region
 */
export function awsOutputs(
  type: string,
  name: string,
  inputs: Values,
  place: string = region,
): { id: string; state: Values } {
  const outputs = outputsOf[type];
  if (!outputs)
    throw new Error(`${type} is not described in rehearsal/graph/aws-outputs.ts; add what AWS returns for it`);
  const suffix = digest(`${type}/${name}`, 16);
  const given = inputs.name ?? inputs.bucket ?? inputs.deploymentGroupName;
  const physicalName = typeof given === "string" ? given : `${name}-${suffix.slice(0, 7)}`;
  const { id = physicalName, ...added } = inRegion(place, outputs(physicalName, inputs, suffix));
  return { id, state: { ...inputs, ...added } };
}

/** What AWS answers a provider function with, in the stack's region. Throws for one that is not described here. */
export function awsCall(token: string, inputs: Values, place: string = region): Values {
  const result = results[token];
  if (!result) {
    const details = `${token} is not described in rehearsal/graph/aws-outputs.ts; add what AWS returns for it`;
    // Pulumi tells a call's failure by its details, as gRPC's errors have them.
    throw Object.assign(new Error(details), { details });
  }
  return { ...inputs, ...inRegion(place, result) };
}

/** The same as it is there. Source: IAM user guide, reference-arns: the partitions. */
function inRegion<T>(place: string, answer: T): T {
  if (place === region) return answer;
  const partition = { cn: "aws-cn", "us-gov": "aws-us-gov" }[/^(cn|us-gov)-/.exec(place)?.[1] ?? ""] ?? "aws";
  const text = JSON.stringify(answer).replaceAll(region, place).replaceAll("arn:aws:", `arn:${partition}:`);
  return JSON.parse(text) as T;
}

/** Stands for the random part of AWS's identifiers, and is the same in every run. */
function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
