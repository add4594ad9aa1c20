import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arns, names } from "../../aws-rules";
import { admit, type NotificationTopic, notificationTopic } from "./notification-topic";
import { grant, keyUse, serviceRole, type Statement } from "../policy";
import { type Problem, refuse } from "../problems";
import { textProblems } from "../rule-problems";
import { arnParts } from "../arn";

/**
 * What people are told of: a release's start, end, failure, its being rolled back or stopped, and that it waits for a person;
 * and each day that the service's certificate is about to expire.
 */
export const notificationEvents = ["started", "succeeded", "failed", "rolledBack", "approval", "certificate"] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

export interface NotificationsArgs {
  /**
   * A topic whose policy lets codestar-notifications.amazonaws.com publish, and events.amazonaws.com where ECS deploys or HTTPS is spoken.
   * @default a new, encrypted one
   */
  readonly topicArn?: pulumi.Input<string>;
  /**
   * The KMS key that this topic is encrypted with, one of your own: CodeDeploy's role may then use it for the topic. Its policy lets the same
   * services use it. @default the topic is not encrypted with a key of your own
   */
  readonly keyArn?: pulumi.Input<string>;
  /**
   * A Slack channel that is told; the workspace has been authorized in the console. AWS takes a channel once in an account, so
   * Pulumi refuses a second object with the same one. @default none
   */
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

/** What CodeDeploy tells of its deployments. Source: CodeDeploy API, TriggerConfig. */
const triggerEvents: Readonly<Partial<Record<NotificationEvent, readonly string[]>>> = {
  rolledBack: ["DeploymentRollback", "DeploymentStop"],
  approval: ["DeploymentReady"],
};

/** Patterns of what EventBridge is told, and tells on. */
export type EventPatterns = Readonly<Partial<Record<NotificationEvent, pulumi.Input<string>>>>;

/** What is wrong with who is told; also asked by the reader of the settings. */
export function notificationsProblems(notifications: NotificationsArgs | undefined): Problem[] {
  return [
    ...topicKeyProblems("notifications", notifications ?? {}),
    ...textProblems("notifications.slack", notifications?.slack ?? {}, {
      workspaceId: names.slackWorkspaceId,
      channelId: names.slackChannelId,
    }),
  ];
}

/** What is wrong with a topic and the key that encrypts it. @param path what the two are fields of */
export function topicKeyProblems(path: string, topic: Pick<NotificationsArgs, "topicArn" | "keyArn">): Problem[] {
  const problems = textProblems(path, topic, { topicArn: arns.topicArn, keyArn: arns.kmsKeyArn });
  if (topic.keyArn === undefined || topic.topicArn !== undefined) return problems;
  return [...problems, { path: `${path}.keyArn`, message: "encrypts no topic. Set topicArn, or remove keyArn." }];
}

/**
 * A topic, and a Slack channel if wanted, that are told how releases go.
 *
 * @throws InvalidInput for a key of no topic, before anything is registered.
 */
export class Notifications extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  private readonly events: readonly NotificationEvent[];
  /** The topic, where it is made here. */
  private readonly own: NotificationTopic | undefined;
  /** What the topic is encrypted with; undefined where none is known. */
  private readonly keyArn: pulumi.Input<string> | undefined;
  private watching = false;

  constructor(
    private readonly name: string,
    args: NotificationsArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    refuse(`Notifications "${name}"`, notificationsProblems(args));
    super("greenlight:index:Notifications", name, {}, opts);
    const parent = { parent: this };
    this.events = args.events ?? notificationEvents;
    this.own = args.topicArn === undefined ? notificationTopic(`${name}-releases`, parent) : undefined;
    this.keyArn = this.own?.key.arn ?? args.keyArn;
    this.topicArn = this.own?.topic.arn ?? pulumi.output(args.topicArn!);
    if (args.slack) slackChannel(`${name}-releases`, args.slack, this.topicArn, parent);
    this.registerOutputs();
  }

  /** The deployment group's triggers. */
  get triggers(): aws.types.input.codedeploy.DeploymentGroupTriggerConfiguration[] {
    const events = this.events.flatMap((event) => triggerEvents[event] ?? []);
    if (events.length === 0) return [];
    return [{ triggerName: "releases", triggerEvents: events, triggerTargetArn: this.topicArn }];
  }

  /** What CodeDeploy's role needs for the triggers. Source: CodeDeploy user guide, monitoring-sns-event-notifications-permissions. */
  get publishing(): Statement[] {
    return [{ actions: ["sns:Publish"], resources: [this.topicArn] }, ...publishingKey(this.keyArn)];
  }

  /** Why no further pipeline can be told of: the topic's policy names who publishes for the first. */
  get problems(): Problem[] {
    if (!this.watching) return [];
    const message =
      "tell of another pipeline already; give each its own, with the same topicArn if the topic is yours.";
    return [{ path: "notifications", message }];
  }

  /** Tells the topic of the pipeline's runs, and of what EventBridge alone is told. */
  watch(pipeline: aws.codepipeline.Pipeline, patterns: EventPatterns): void {
    this.watching = true;
    const parent = { parent: this };
    const eventTypeIds = this.events.flatMap((event) => pipelineEvents[event] ?? []);
    const eventRules = this.events.flatMap((event) => {
      const eventPattern = patterns[event];
      return eventPattern === undefined ? [] : [this.tell(event, eventPattern)];
    });
    const publishers = { notificationRule: eventTypeIds.length > 0, eventRules };
    // Only now it is known who publishes.
    const admitted = this.own ? admit(`${this.name}-releases`, this.own, publishers, parent) : [];
    if (!publishers.notificationRule) return;
    new aws.codestarnotifications.NotificationRule(
      `${this.name}-releases`,
      {
        detailType: "FULL",
        eventTypeIds,
        resource: pipeline.arn,
        targets: [{ type: "SNS", address: this.topicArn }],
      },
      { parent: this, dependsOn: admitted },
    );
  }

  // The event goes as AWS sends it, which is how Slack's service knows it. Source: Amazon Q Developer in chat applications
  // administrator guide, related-services, "Amazon EventBridge".
  private tell(event: NotificationEvent, eventPattern: pulumi.Input<string>): aws.cloudwatch.EventRule {
    const name = `${this.name}-${event.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const parent = { parent: this };
    const description = `Tells the topic: ${event}`;
    const rule = new aws.cloudwatch.EventRule(name, { description, eventPattern }, parent);
    new aws.cloudwatch.EventTarget(name, { rule: rule.name, arn: this.topicArn }, parent);
    return rule;
  }
}

/** What publishing to a topic takes that is encrypted with a key. Source: SNS developer guide, sns-key-management. */
export function publishingKey(keyArn: pulumi.Input<string> | undefined): Statement[] {
  return keyArn === undefined ? [] : [keyUse(keyArn, ["kms:Decrypt", "kms:GenerateDataKey"], ["sns"])];
}

function slackChannel(
  name: string,
  { workspaceId, channelId }: NonNullable<NotificationsArgs["slack"]>,
  topicArn: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  // The channel is told things; nobody commands AWS from there, so the role may do nothing.
  const role = serviceRole(`${name}-slack`, { service: "chatbot.amazonaws.com" }, [], opts);
  new aws.chatbot.SlackChannelConfiguration(
    // AWS takes a channel once in an account, and Pulumi a name once in a program: a second one is refused by preview.
    `slack-${workspaceId}-${channelId}`,
    {
      // Another channel's is made before this one is deleted.
      configurationName: `${name}-${channelId}`,
      slackTeamId: workspaceId,
      slackChannelId: channelId,
      iamRoleArn: role.arn,
      // The default would be AdministratorAccess.
      guardrailPolicyArns: [role.arn.apply((arn) => `arn:${arnParts(arn).partition}:iam::aws:policy/ReadOnlyAccess`)],
      snsTopicArns: [topicArn],
    },
    // Under both names before the channel was in them: AWS refuses another configuration of a channel beside the one that is there.
    { ...opts, aliases: [{ name }], ignoreChanges: ["configurationName"] },
  );
}

/** Adds what the deployment group's triggers need to the role that publishes them. */
export function grantPublishing(
  name: string,
  role: aws.iam.Role,
  notifications: Notifications,
  opts: pulumi.CustomResourceOptions,
): aws.iam.RolePolicy {
  return grant(`${name}-deploy-notifications`, role, notifications.publishing, opts);
}
