import { capitalized, renamed } from "./shapes";
import { as, known, parsed, type Translate } from "./translate";
import { isValues, type Values } from "./values";

/** CloudFormation's words for what a stack has besides, once it is told who to tell, how to scale and what to be called. */
export const productionTranslations: Readonly<Record<string, Translate>> = {
  "aws:acm/certificate:Certificate": as("AWS::CertificateManager::Certificate", {}),
  "aws:appautoscaling/scheduledAction:ScheduledAction": ({
    name,
    schedule,
    timezone,
    scalableTargetAction,
    ...of
  }) => ({
    type: "AWS::ApplicationAutoScaling::ScalableTarget",
    properties: known({
      ServiceNamespace: of.serviceNamespace,
      ScalableDimension: of.scalableDimension,
      ResourceId: of.resourceId,
      MinCapacity: 0,
      MaxCapacity: 0,
      ScheduledActions: [
        {
          ScheduledActionName: name,
          Schedule: schedule,
          Timezone: timezone,
          ScalableTargetAction: capitalized(scalableTargetAction),
        },
      ],
    }),
  }),
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": as("AWS::Chatbot::SlackChannelConfiguration", {
    names: { slackTeamId: "SlackWorkspaceId", guardrailPolicyArns: "GuardrailPolicies" },
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": as("AWS::CloudWatch::Alarm", {
    names: { name: "AlarmName", metricQueries: "Metrics" },
    shapes: { metricQueries: (value) => (value as Values[]).map(metricQuery) },
  }),
  "aws:cloudwatch/eventBus:EventBus": as("AWS::Events::EventBus", {}),
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ({ eventBusName, policy }) => ({
    type: "AWS::Events::EventBusPolicy",
    properties: known({ EventBusName: eventBusName, StatementId: "Releases", Statement: statementOf(policy) }),
  }),
  "aws:codebuild/reportGroup:ReportGroup": as("AWS::CodeBuild::ReportGroup", {
    shapes: { exportConfig: (value) => ({ ExportConfigType: (value as Values).type }) },
  }),
  "aws:codestarnotifications/notificationRule:NotificationRule": as("AWS::CodeStarNotifications::NotificationRule", {
    shapes: {
      targets: (value) =>
        (value as Values[]).map(({ type, address }) => ({ TargetType: type, TargetAddress: address })),
    },
  }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": as("AWS::EC2::VPCEndpoint", {
    names: { policy: "PolicyDocument" },
    shapes: { policy: parsed },
  }),
  "aws:ecr/repositoryPolicy:RepositoryPolicy": ({ policy }) => ({
    type: "AWS::ECR::Repository",
    properties: known({ RepositoryPolicyText: parsed(policy) }),
  }),
  "aws:kms/key:Key": as("AWS::KMS::Key", { names: { policy: "KeyPolicy" }, shapes: { policy: parsed } }),
  "aws:kms/keyPolicy:KeyPolicy": ({ policy }) => ({
    type: "AWS::KMS::Key",
    properties: known({ KeyPolicy: parsed(policy) }),
  }),
  "aws:route53/record:Record": as("AWS::Route53::RecordSet", {
    names: {
      zoneId: "HostedZoneId",
      records: "ResourceRecords",
      ttl: "TTL",
      aliases: undefined,
      allowOverwrite: undefined,
    },
    shapes: { ttl: String },
    also: ({ aliases }) => {
      const [alias] = (aliases as Values[] | undefined) ?? [];
      const names = { Name: "DNSName", ZoneId: "HostedZoneId" };
      return alias ? { AliasTarget: renamed(capitalized(alias), names) } : {};
    },
  }),
  "aws:sns/topic:Topic": as("AWS::SNS::Topic", { names: { name: "TopicName" } }),
  "aws:sns/topicPolicy:TopicPolicy": ({ arn, policy }) => ({
    type: "AWS::SNS::TopicPolicy",
    properties: known({ Topics: [arn], PolicyDocument: parsed(policy) }),
  }),
};

/** A bus policy's only statement. */
function statementOf(policy: unknown): unknown {
  const document = parsed(policy);
  return isValues(document) ? (document.Statement as readonly unknown[])[0] : document;
}

function metricQuery({ metric, ...query }: Values): Values {
  if (!metric) return capitalized(query) as Values;
  const { namespace, metricName, dimensions, period, stat } = metric as Values;
  const named = Object.entries((dimensions ?? {}) as Values).map(([Name, Value]) => ({ Name, Value }));
  return {
    ...(capitalized({ returnData: false, ...query }) as Values),
    MetricStat: {
      Period: period,
      Stat: stat,
      Metric: { Namespace: namespace, MetricName: metricName, Dimensions: named },
    },
  };
}
