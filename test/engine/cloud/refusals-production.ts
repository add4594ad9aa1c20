import { tags } from "../../../aws-rules";
import type { Cloud, Operation, Thing } from "./cloud";
import type { Values } from "./values";

/** What AWS answers, if it refuses. */
export type Rule = (
  cloud: Cloud,
  properties: Values,
  thing: Thing,
  changed: readonly string[],
) => string | false | undefined;

const topic = "aws:sns/topic:Topic";
const record = "aws:route53/record:Record";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";

/** An object has fewer tags than anything else, and the provider's default tags among them. */
const taggedObject: Rule = (cloud, { tags: own = {}, overrideProvider = {} }) => {
  const { defaultTags } = overrideProvider as { defaultTags?: { tags?: Values } };
  const all = { ...(defaultTags ? (defaultTags.tags ?? {}) : cloud.defaultTags), ...(own as Values) };
  const { most } = tags.tagsOfObject;
  return Object.keys(all).length > most && `BadRequest: Object tags cannot be greater than ${most}`;
};

const registered: Rule = (cloud, { resourceId }) =>
  !cloud.find("aws:appautoscaling/target:Target", "resourceId", resourceId) &&
  `ObjectNotFoundException: No scalable target registered for ${String(resourceId)}`;

/** Of what a stack has besides, once it is told who to tell, how to scale and what to be called. */
export const productionRules: Readonly<Record<string, Partial<Record<Operation, Rule>>>> = {
  "aws:acm/certificate:Certificate": {
    delete: (cloud, { arn }) =>
      cloud.find("aws:lb/listener:Listener", "certificateArn", arn) &&
      "ResourceInUseException: Certificate is in use by a load balancer",
  },
  "aws:appautoscaling/policy:Policy": { create: registered },
  "aws:appautoscaling/scheduledAction:ScheduledAction": { create: registered },
  "aws:codestarnotifications/notificationRule:NotificationRule": {
    create: (cloud, { targets }) =>
      (targets as Values[]).some(({ address }) => {
        const policy = cloud.find("aws:sns/topicPolicy:TopicPolicy", "arn", address)?.properties.policy;
        return !String(policy).includes("codestar-notifications.amazonaws.com");
      }) && "ConfigurationException: AWS CodeStar Notifications may not publish to the topic",
  },
  [endpoint]: {
    create: (cloud, { vpcId, serviceName, privateDnsEnabled }) =>
      privateDnsEnabled === true &&
      cloud.all(endpoint).some(({ properties: it }) => it.vpcId === vpcId && it.serviceName === serviceName) &&
      "InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain",
  },
  [record]: {
    create: (cloud, { zoneId, name, type, allowOverwrite }) =>
      allowOverwrite !== true &&
      cloud.all(record).some(({ properties: it }) => it.zoneId === zoneId && it.name === name && it.type === type) &&
      `InvalidChangeBatch: Tried to create resource record set ${String(name)} but it already exists`,
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": { create: taggedObject, update: taggedObject },
  [topic]: {
    create: (cloud, { kmsMasterKeyId }) =>
      !cloud.find("aws:kms/key:Key", "arn", kmsMasterKeyId) && "KMSNotFoundException: the key does not exist",
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    create: (cloud, { arn }) => !cloud.find(topic, "arn", arn) && "NotFound: Topic does not exist",
  },
};
