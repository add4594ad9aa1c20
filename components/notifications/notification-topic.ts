import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnParts } from "../arn";

/** An encrypted topic, and the key that it is encrypted with. */
export interface NotificationTopic {
  readonly topic: aws.sns.Topic;
  readonly key: aws.kms.Key;
}

/** Services that publish by their own name; a role says itself where it publishes. */
export interface Publishers {
  /** Whether there is a notification rule. */
  readonly notificationRule: boolean;
  readonly eventRules: readonly aws.cloudwatch.EventRule[];
}

interface Publisher {
  readonly sid: string;
  readonly service: string;
  /** For whom it may publish, and for whom it may use the key. */
  readonly topicCondition: object;
  readonly keyCondition?: object;
}

/** A topic to which nobody may publish yet. Source: SNS developer guide, sns-enable-encryption-for-topic. */
export function notificationTopic(name: string, opts: pulumi.CustomResourceOptions): NotificationTopic {
  const key = new aws.kms.Key(name, { description: "Notifications of releases", enableKeyRotation: true }, opts);
  return { key, topic: new aws.sns.Topic(name, { kmsMasterKeyId: key.arn }, opts) };
}

/** Lets the publishers, and nobody else, publish to the topic. */
export function admit(
  name: string,
  { topic, key }: NotificationTopic,
  publishers: Publishers,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { accountId, arn: caller } = aws.getCallerIdentityOutput({}, { parent: opts.parent });
  const partition = caller.apply((arn) => arnParts(arn).partition);
  const all = known(publishers, accountId);
  const keyPolicy = policy([
    {
      Sid: "AccountsOwnPolicies",
      Effect: "Allow",
      Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    ...all.map(({ sid, service, keyCondition }) => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { Service: service },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      ...(keyCondition ? { Condition: keyCondition } : {}),
    })),
  ]);
  const topicPolicy = policy(
    all.map(({ sid, service, topicCondition }) => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sns:Publish",
      Resource: topic.arn,
      Condition: topicCondition,
    })),
  );
  return [
    new aws.kms.KeyPolicy(name, { keyId: key.keyId, policy: keyPolicy }, opts),
    ...(all.length > 0 ? [new aws.sns.TopicPolicy(name, { arn: topic.arn, policy: topicPolicy }, opts)] : []),
  ];
}

function policy(statements: readonly object[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

function known({ notificationRule, eventRules }: Publishers, accountId: pulumi.Output<string>): Publisher[] {
  const fromHere = { StringEquals: { "aws:SourceAccount": accountId } };
  const publishers: Publisher[] = [];
  // Source: Developer Tools console user guide, notification-target-create and troubleshooting.
  if (notificationRule) {
    const service = "codestar-notifications.amazonaws.com";
    publishers.push({ sid: "Notifications", service, topicCondition: fromHere, keyCondition: fromHere });
  }
  // Through the topic's own policy, since with a role the delivery to an encrypted topic may fail; the source is the rule.
  // In a key's policy such a condition is "not supported for EventBridge-to-encrypted topics". Source: EventBridge user
  // guide, eb-use-resource-based and cross-service-confused-deputy-prevention; SNS developer guide, sns-key-management.
  if (eventRules.length > 0) {
    const topicCondition = { ArnEquals: { "aws:SourceArn": eventRules.map(({ arn }) => arn) } };
    publishers.push({ sid: "EventRules", service: "events.amazonaws.com", topicCondition });
  }
  return publishers;
}
