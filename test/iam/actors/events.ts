import { type Actor, type Calls, ours, stranger } from "../actor";
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
  calls: (stack) => [...publishing(stack, ours), ...encrypting(stack, ours)],
  never: (stack) => {
    const theirs = { "aws:SourceAccount": stranger };
    return [...publishing(stack, theirs), ...encrypting(stack, theirs)];
  },
};

/** EventBridge, by the rules that need no role. */
export const rules: Actor = {
  name: "EventBridge, by its rules",
  does: "tells the release function of a run that was stopped, and the topic of deployments that ECS rolls back or that wait, and of a certificate that expires",
  service: "events.amazonaws.com",
  calls: (stack) => [
    ...(stack.functions("-release").length > 0 ? stopping(stack, source(stack, "-stopped")) : []),
    ...telling(stack),
  ],
  never: (stack) => [
    ...stopping(stack, otherRule(stack)),
    ...(telling(stack).length > 0 ? publishing(stack, otherRule(stack)) : []),
  ],
};

function source(stack: Stack, rule: string) {
  return { "aws:SourceArn": stack.arn("aws:cloudwatch/eventRule:EventRule", rule) };
}

/** A rule that neither invokes the release function nor publishes: the release template's, if the stack has one. */
function otherRule(stack: Stack) {
  const template = stack.all("aws:cloudwatch/eventRule:EventRule").find(({ name }) => name.endsWith("-template"));
  return { "aws:SourceArn": template ? String(template.outputs.arn) : stack.local("events", "rule/theirs") };
}

function stopping(stack: Stack, context: Readonly<Record<string, string>>): Calls[] {
  return stack.functions("-release").map((arn) => ({
    actions: ["lambda:InvokeFunction"],
    on: [arn],
    context,
    why: "a run that is stopped stops its deployment",
    source: "EventBridge user guide, eb-use-resource-based",
  }));
}

function telling(stack: Stack): Calls[] {
  if (stack.all("aws:sns/topic:Topic").length === 0) return [];
  const rules = stack.all("aws:cloudwatch/eventRule:EventRule").map(({ name }) => name);
  const told = ["-rolled-back", "-approval", "-certificate"].filter((end) => rules.some((name) => name.endsWith(end)));
  const published = told.flatMap((rule) => publishing(stack, source(stack, rule)));
  if (published.length === 0) return [];
  // EventBridge tells a key nothing of whom it calls for. Source: SNS developer guide, sns-key-management.
  return [...published, ...encrypting(stack, {})];
}

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

function publishing(stack: Stack, context: Record<string, string>): Calls[] {
  return stack.all("aws:sns/topic:Topic").map(({ outputs }) => ({
    actions: ["sns:Publish"],
    on: [outputs.arn as string],
    context,
    why: "tells how a release goes",
    source:
      "aws:SourceArn" in context
        ? "EventBridge user guide, eb-use-resource-based"
        : "Developer Tools console user guide, notification-target-create",
  }));
}

function encrypting(stack: Stack, context: Record<string, string>): Calls[] {
  return stack.all("aws:sns/topic:Topic").map(({ inputs }) => ({
    actions: ["kms:Decrypt", "kms:GenerateDataKey"],
    on: [inputs.kmsMasterKeyId as string],
    context,
    why: "publishes to an encrypted topic",
    source: "SNS developer guide, sns-key-management",
  }));
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
