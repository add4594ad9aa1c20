import { type Actor, ours, stranger } from "../actor";
import type { Stack } from "../stack";

/** EventBridge, when the release template has a new version. */
export const start: Actor = {
  name: "EventBridge",
  does: "starts the pipeline when the release template changes",
  service: "events.amazonaws.com",
  role: "-start",
  calls: (stack) => [
    {
      actions: ["codepipeline:StartPipelineExecution"],
      on: [stack.arn("aws:codepipeline/pipeline:Pipeline")],
      why: "a new release template is a release",
      source: "CodePipeline user guide, create-S3-source-events-cfn",
    },
  ],
};

/** Notification rules of pipelines. */
export const notifications: Actor = {
  name: "Notification rules",
  does: "tell the topic how releases go",
  service: "codestar-notifications.amazonaws.com",
  calls: (stack) => publishing(stack, ours),
  never: (stack) => publishing(stack, { "aws:SourceAccount": stranger }),
};

/** Slack, through Amazon Q Developer in chat applications. */
export const slack: Actor = {
  name: "Slack",
  does: "is told, and may do nothing",
  service: "chatbot.amazonaws.com",
  role: "-slack",
  calls: () => [],
};

/** The load balancer's access logs. */
export const accessLogs: Actor = {
  name: "Elastic Load Balancing",
  does: "writes the access logs",
  service: "logdelivery.elasticloadbalancing.amazonaws.com",
  calls: (stack) => logDelivery(stack, stack.arn("aws:lb/loadBalancer:LoadBalancer")),
  never: (stack) =>
    logDelivery(stack, `arn:aws:elasticloadbalancing:eu-central-1:${stranger}:loadbalancer/app/theirs/1`),
};

function publishing(stack: Stack, context: Record<string, string>) {
  return stack.all("aws:sns/topic:Topic").flatMap(({ outputs, inputs }) => [
    {
      actions: ["sns:Publish"],
      on: [outputs.arn as string],
      context,
      why: "tells of a run",
      source: "Developer Tools console user guide, notification-target-create",
    },
    {
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      on: [inputs.kmsMasterKeyId as string],
      context,
      why: "publishes to an encrypted topic",
      source: "SNS developer guide, sns-key-management",
    },
  ]);
}

function logDelivery(stack: Stack, loadBalancerArn: string) {
  const { accessLogs } = stack.graph.recorder.find("aws:lb/loadBalancer:LoadBalancer").inputs as {
    accessLogs?: { bucket: string; prefix: string };
  };
  const made = stack.all("aws:s3/bucket:Bucket").some(({ outputs }) => outputs.bucket === accessLogs?.bucket);
  if (!accessLogs || !made) return [];
  const path = `${accessLogs.bucket}/${accessLogs.prefix}/AWSLogs/${stack.account}/elasticloadbalancing/eu-central-1/2026/01/31/x.log.gz`;
  return [
    {
      actions: ["s3:PutObject"],
      on: [`arn:aws:s3:::${path}`],
      context: { "aws:SourceArn": loadBalancerArn },
      why: "writes a line about each request",
      source: "ALB user guide, enable-access-logging",
    },
  ];
}
