import {
  accessLogAttributes,
  capitalized,
  type LifecycleRule,
  lifecycleRule,
  listenerAction,
  pipelineAction,
  renamed,
  routing,
  ruleAction,
  ruleCondition,
  volumes,
} from "./shapes";
import { as, attributes, known, parsed, type Translate } from "./translate";
import { productionTranslations } from "./translations-production";
import { type Values, without } from "./values";

const first = (value: unknown) => (value as unknown[])[0];

/** CloudFormation's words for Pulumi's, type by type. */
export const translations: Readonly<Record<string, Translate>> = {
  ...productionTranslations,
  "aws:appautoscaling/policy:Policy": as("AWS::ApplicationAutoScaling::ScalingPolicy", {
    names: { name: "PolicyName" },
  }),
  "aws:appautoscaling/target:Target": as("AWS::ApplicationAutoScaling::ScalableTarget", {}),
  "aws:cloudwatch/eventRule:EventRule": as("AWS::Events::Rule", { shapes: { eventPattern: parsed } }),
  "aws:cloudwatch/eventTarget:EventTarget": ({ arn, roleArn }) => ({
    type: "AWS::Events::Rule",
    properties: known({ ScheduleExpression: "rate(1 day)", Targets: [{ Id: "target", Arn: arn, RoleArn: roleArn }] }),
  }),
  "aws:cloudwatch/logGroup:LogGroup": as("AWS::Logs::LogGroup", { names: { name: "LogGroupName" } }),
  "aws:codebuild/project:Project": as("AWS::CodeBuild::Project", {
    names: { buildTimeout: "TimeoutInMinutes" },
    shapes: {
      source: (value) => renamed(capitalized(value), { Buildspec: "BuildSpec" }),
      logsConfig: (value) => ({
        CloudWatchLogs: {
          Status: "ENABLED",
          ...(capitalized((value as { cloudwatchLogs: unknown }).cloudwatchLogs) as Values),
        },
      }),
    },
  }),
  "aws:codeconnections/connection:Connection": as("AWS::CodeConnections::Connection", {
    names: { name: "ConnectionName" },
  }),
  "aws:codedeploy/application:Application": as("AWS::CodeDeploy::Application", { names: { name: "ApplicationName" } }),
  "aws:codedeploy/deploymentConfig:DeploymentConfig": as("AWS::CodeDeploy::DeploymentConfig", {
    shapes: { trafficRoutingConfig: (value) => routing(value as Values) },
  }),
  "aws:codedeploy/deploymentGroup:DeploymentGroup": as("AWS::CodeDeploy::DeploymentGroup", {
    names: {
      appName: "ApplicationName",
      ecsService: "ECSServices",
      blueGreenDeploymentConfig: "BlueGreenDeploymentConfiguration",
    },
    shapes: {
      ecsService: (value) => [capitalized(value)],
      loadBalancerInfo: (value) => ({
        TargetGroupPairInfoList: [capitalized((value as { targetGroupPairInfo: unknown }).targetGroupPairInfo)],
      }),
      alarmConfiguration: (value) => ({
        ...(capitalized(value) as Values),
        Alarms: (value as { alarms: string[] }).alarms.map((Name) => ({ Name })),
      }),
    },
  }),
  "aws:codepipeline/pipeline:Pipeline": as("AWS::CodePipeline::Pipeline", {
    names: { artifactStores: "ArtifactStore" },
    shapes: {
      artifactStores: (value) => capitalized(first(value)),
      stages: (value) =>
        (value as { name: string; actions: Values[] }[]).map(({ name, actions }) => ({
          Name: name,
          Actions: actions.map(pipelineAction),
        })),
    },
  }),
  "aws:ec2/securityGroup:SecurityGroup": as("AWS::EC2::SecurityGroup", {
    names: { name: "GroupName", description: "GroupDescription" },
  }),
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": ({ policy }) => ({
    type: "AWS::ECR::Repository",
    properties: known({ LifecyclePolicy: { LifecyclePolicyText: policy } }),
  }),
  "aws:ecr/repository:Repository": as("AWS::ECR::Repository", {
    names: { name: "RepositoryName", encryptionConfigurations: "EncryptionConfiguration", forceDelete: undefined },
    shapes: { encryptionConfigurations: (value) => capitalized(first(value)) },
  }),
  "aws:ecs/cluster:Cluster": as("AWS::ECS::Cluster", { names: { name: "ClusterName", settings: "ClusterSettings" } }),
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": as("AWS::ECS::ClusterCapacityProviderAssociations", {
    names: { clusterName: "Cluster", defaultCapacityProviderStrategies: "DefaultCapacityProviderStrategy" },
  }),
  "aws:ecs/service:Service": as("AWS::ECS::Service", {
    names: {
      name: "ServiceName",
      waitForSteadyState: undefined,
      deploymentConfiguration: undefined,
      deploymentMaximumPercent: undefined,
      deploymentMinimumHealthyPercent: undefined,
    },
    also: ({ deploymentConfiguration = {}, deploymentMaximumPercent, deploymentMinimumHealthyPercent }) => {
      const { bakeTimeInMinutes, ...rest } = deploymentConfiguration as Values;
      return {
        DeploymentConfiguration: {
          ...(capitalized(rest) as Values),
          ...(bakeTimeInMinutes === undefined ? {} : { BakeTimeInMinutes: Number(bakeTimeInMinutes) }),
          MaximumPercent: deploymentMaximumPercent,
          MinimumHealthyPercent: deploymentMinimumHealthyPercent,
        },
      };
    },
    shapes: {
      networkConfiguration: (value) => ({
        AwsvpcConfiguration: {
          ...(capitalized(value) as Values),
          AssignPublicIp: (value as Values).assignPublicIp === true ? "ENABLED" : "DISABLED",
        },
      }),
    },
  }),
  "aws:ecs/taskDefinition:TaskDefinition": as("AWS::ECS::TaskDefinition", {
    names: { skipDestroy: undefined },
    shapes: { containerDefinitions: (value) => capitalized(parsed(value)), volumes: (value) => volumes(value) },
  }),
  "aws:iam/role:Role": as("AWS::IAM::Role", {
    names: { name: "RoleName", assumeRolePolicy: "AssumeRolePolicyDocument" },
    shapes: { assumeRolePolicy: parsed },
  }),
  "aws:iam/rolePolicy:RolePolicy": as("AWS::IAM::RolePolicy", {
    names: { name: "PolicyName", role: "RoleName", policy: "PolicyDocument" },
    shapes: { policy: parsed },
  }),
  "aws:lambda/function:Function": as("AWS::Lambda::Function", {
    names: { name: "FunctionName" },
    shapes: { code: () => ({ ZipFile: "a zip" }) },
  }),
  "aws:lambda/permission:Permission": as("AWS::Lambda::Permission", { names: { function: "FunctionName" } }),
  "aws:lb/listenerRule:ListenerRule": as("AWS::ElasticLoadBalancingV2::ListenerRule", {
    shapes: {
      actions: (value) => (value as Values[]).map(ruleAction),
      conditions: (value) => (value as Values[]).map(ruleCondition),
    },
  }),
  "aws:lb/listener:Listener": as("AWS::ElasticLoadBalancingV2::Listener", {
    names: { certificateArn: undefined },
    shapes: { defaultActions: (value) => (value as Values[]).map(listenerAction) },
    also: ({ certificateArn }) => (certificateArn ? { Certificates: [{ CertificateArn: certificateArn }] } : {}),
  }),
  "aws:lb/loadBalancer:LoadBalancer": as("AWS::ElasticLoadBalancingV2::LoadBalancer", {
    names: {
      loadBalancerType: "Type",
      internal: "Scheme",
      idleTimeout: undefined,
      enableHttp2: undefined,
      dropInvalidHeaderFields: undefined,
      enableDeletionProtection: undefined,
      accessLogs: undefined,
    },
    shapes: { internal: (value) => (value === true ? "internal" : "internet-facing") },
    also: ({ idleTimeout, enableHttp2, dropInvalidHeaderFields, enableDeletionProtection, accessLogs }) => ({
      LoadBalancerAttributes: attributes({
        ...accessLogAttributes(accessLogs as Values | undefined),
        "idle_timeout.timeout_seconds": idleTimeout,
        "routing.http2.enabled": enableHttp2,
        "routing.http.drop_invalid_header_fields.enabled": dropInvalidHeaderFields,
        "deletion_protection.enabled": enableDeletionProtection,
      }),
    }),
  }),
  "aws:lb/targetGroup:TargetGroup": as("AWS::ElasticLoadBalancingV2::TargetGroup", {
    names: { healthCheck: undefined, deregistrationDelay: undefined, stickiness: undefined },
    also: ({ healthCheck = {}, deregistrationDelay, stickiness = {} }) => {
      const [check, sticky] = [healthCheck as Values, stickiness as Values];
      return {
        HealthCheckPath: check.path,
        HealthCheckIntervalSeconds: check.interval,
        HealthCheckTimeoutSeconds: check.timeout,
        HealthyThresholdCount: check.healthyThreshold,
        UnhealthyThresholdCount: check.unhealthyThreshold,
        ...(check.matcher === undefined ? {} : { Matcher: { HttpCode: check.matcher } }),
        TargetGroupAttributes: attributes({
          "deregistration_delay.timeout_seconds": deregistrationDelay,
          "stickiness.enabled": sticky.enabled,
          "stickiness.type": sticky.type,
          "stickiness.lb_cookie.duration_seconds": sticky.cookieDuration,
        }),
      };
    },
  }),
  "aws:s3/bucket:Bucket": as("AWS::S3::Bucket", { names: { bucket: "BucketName", forceDestroy: undefined } }),
  "aws:s3/bucketNotification:BucketNotification": ({ eventbridge }) => ({
    type: "AWS::S3::Bucket",
    properties: { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: eventbridge } } },
  }),
  "aws:s3/bucketPolicy:BucketPolicy": as("AWS::S3::BucketPolicy", {
    names: { policy: "PolicyDocument" },
    shapes: { policy: parsed },
  }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (inputs) => ({
    type: "AWS::S3::Bucket",
    properties: { PublicAccessBlockConfiguration: known(capitalized(without(inputs, "bucket"))) },
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ({ rules }) => ({
    type: "AWS::S3::Bucket",
    properties: {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: (rules as Values[]).map((rule) => ({
          BucketKeyEnabled: rule.bucketKeyEnabled,
          ServerSideEncryptionByDefault: renamed(capitalized(rule.applyServerSideEncryptionByDefault), {
            SseAlgorithm: "SSEAlgorithm",
            KmsMasterKeyId: "KMSMasterKeyID",
          }),
        })),
      },
    },
  }),
  "aws:s3/bucketVersioning:BucketVersioning": ({ versioningConfiguration }) => ({
    type: "AWS::S3::Bucket",
    properties: { VersioningConfiguration: known(capitalized(versioningConfiguration)) },
  }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ({ rules }) => ({
    type: "AWS::S3::Bucket",
    properties: { LifecycleConfiguration: { Rules: (rules as LifecycleRule[]).map(lifecycleRule) } },
  }),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": as("AWS::EC2::SecurityGroupEgress", {
    names: {
      securityGroupId: "GroupId",
      referencedSecurityGroupId: "DestinationSecurityGroupId",
      cidrIpv4: "CidrIp",
      cidrIpv6: "CidrIpv6",
    },
  }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": as("AWS::EC2::SecurityGroupIngress", {
    names: {
      securityGroupId: "GroupId",
      referencedSecurityGroupId: "SourceSecurityGroupId",
      cidrIpv4: "CidrIp",
      cidrIpv6: "CidrIpv6",
    },
  }),
};
