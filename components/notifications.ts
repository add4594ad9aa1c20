import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { grant, serviceRole, type Statement } from "./policy";

/** What people are told of: a release's start, end, failure, its being rolled back or stopped, and that it waits for a person. */
export const notificationEvents = ["started", "succeeded", "failed", "rolledBack", "approval"] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

export interface NotificationsArgs {
  /** A topic whose policy lets codestar-notifications.amazonaws.com publish. @default a new, encrypted one */
  readonly topicArn?: pulumi.Input<string>;
  /** A Slack channel that is told; the workspace has been authorized in the console. @default none */
  readonly slack?: { readonly workspaceId: string; readonly channelId: string };
  /** @default all */
  readonly events?: readonly NotificationEvent[];
}

/** Events of a pipeline. Source: Developer Tools console user guide, concepts, "Events for notification rules on pipelines". */
const pipelineEvents: Readonly<Partial<Record<NotificationEvent, string>>> = {
  started: "codepipeline-pipeline-pipeline-execution-started",
  succeeded: "codepipeline-pipeline-pipeline-execution-succeeded",
  failed: "codepipeline-pipeline-pipeline-execution-failed",
  approval: "codepipeline-pipeline-manual-approval-needed",
};

/** What only CodeDeploy knows. Source: CodeDeploy API, TriggerConfig. */
const deploymentEvents: Readonly<Partial<Record<NotificationEvent, readonly string[]>>> = {
  rolledBack: ["DeploymentRollback", "DeploymentStop"],
  approval: ["DeploymentReady"],
};

/** A topic, and a Slack channel if wanted, that are told how releases go. */
export class Notifications extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  private readonly events: readonly NotificationEvent[];
  private readonly keyArn: pulumi.Output<string> | undefined;

  constructor(
    private readonly name: string,
    args: NotificationsArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:Notifications", name, {}, opts);
    const parent = { parent: this };
    this.events = args.events ?? notificationEvents;
    if (args.topicArn !== undefined) {
      this.topicArn = pulumi.output(args.topicArn);
    } else {
      const { topic, key } = encryptedTopic(`${name}-releases`, parent);
      this.topicArn = topic.arn;
      this.keyArn = key.arn;
    }
    if (args.slack) slackChannel(`${name}-releases`, args.slack, this.topicArn, parent);
    this.registerOutputs({ topicArn: this.topicArn });
  }

  /** The deployment group's triggers. */
  get triggers(): aws.types.input.codedeploy.DeploymentGroupTriggerConfiguration[] {
    const triggerEvents = this.events.flatMap((event) => deploymentEvents[event] ?? []);
    if (triggerEvents.length === 0) return [];
    return [{ triggerName: "releases", triggerEvents, triggerTargetArn: this.topicArn }];
  }

  /** What CodeDeploy's role needs for the triggers. Source: CodeDeploy user guide, monitoring-sns-event-notifications-permissions. */
  get publishing(): Statement[] {
    return [
      { actions: ["sns:Publish"], resources: [this.topicArn] },
      ...(this.keyArn ? [{ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [this.keyArn] }] : []),
    ];
  }

  /** Tells the topic of the pipeline's runs. */
  watch(pipeline: aws.codepipeline.Pipeline): void {
    const eventTypeIds = this.events.flatMap((event) => pipelineEvents[event] ?? []);
    if (eventTypeIds.length === 0) return;
    new aws.codestarnotifications.NotificationRule(
      `${this.name}-releases`,
      {
        detailType: "FULL",
        eventTypeIds,
        resource: pipeline.arn,
        targets: [{ type: "SNS", address: this.topicArn }],
      },
      { parent: this },
    );
  }
}

// Source: SNS developer guide, sns-enable-encryption-for-topic ("event sources"); Developer Tools console user guide,
// notification-target-create and troubleshooting.
function encryptedTopic(name: string, opts: pulumi.CustomResourceOptions) {
  const { accountId, arn: caller } = aws.getCallerIdentityOutput({}, { parent: opts.parent });
  const partition = caller.apply((arn) => arn.split(":")[1]!);
  const publisher = { Service: "codestar-notifications.amazonaws.com" };
  const fromHere = { StringEquals: { "aws:SourceAccount": accountId } };
  const key = new aws.kms.Key(
    name,
    {
      description: "Notifications of releases",
      enableKeyRotation: true,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "AccountsOwnPolicies",
            Effect: "Allow",
            Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          {
            Sid: "Notifications",
            Effect: "Allow",
            Principal: publisher,
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: fromHere,
          },
        ],
      }),
    },
    opts,
  );
  const topic = new aws.sns.Topic(name, { kmsMasterKeyId: key.arn }, opts);
  new aws.sns.TopicPolicy(
    name,
    {
      arn: topic.arn,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Notifications",
            Effect: "Allow",
            Principal: publisher,
            Action: "sns:Publish",
            Resource: topic.arn,
            Condition: fromHere,
          },
        ],
      }),
    },
    opts,
  );
  return { topic, key };
}

function slackChannel(
  name: string,
  { workspaceId, channelId }: NonNullable<NotificationsArgs["slack"]>,
  topicArn: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  // The channel is told things; nobody commands AWS from there, so the role may do nothing.
  const role = serviceRole(`${name}-slack`, "chatbot.amazonaws.com", [], opts);
  new aws.chatbot.SlackChannelConfiguration(
    name,
    {
      configurationName: name,
      slackTeamId: workspaceId,
      slackChannelId: channelId,
      iamRoleArn: role.arn,
      // The default would be AdministratorAccess.
      guardrailPolicyArns: [role.arn.apply((arn) => `arn:${arn.split(":")[1]}:iam::aws:policy/ReadOnlyAccess`)],
      snsTopicArns: [topicArn],
    },
    opts,
  );
}

/** Adds what the deployment group's triggers need to the role that publishes them. */
export function grantPublishing(
  name: string,
  role: aws.iam.Role,
  notifications: Notifications,
  opts: pulumi.CustomResourceOptions,
): void {
  grant(`${name}-deploy-notifications`, role, notifications.publishing, opts);
}
