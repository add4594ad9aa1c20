import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Assumer, serviceRole } from "../policy";

export interface StartOnObjectArgs {
  readonly pipeline: aws.codepipeline.Pipeline;
  readonly description: string;
  readonly bucket: pulumi.Input<string>;
  readonly key: pulumi.Input<string>;
  /** How the role's name ends. */
  readonly roleName: string;
  /** The bus that the event comes on. @default the account's own, where S3 sends events of its buckets */
  readonly bus?: aws.cloudwatch.EventBus;
}

/** EventBridge, for one of its rules. Source: EventBridge user guide, cross-service-confused-deputy-prevention. */
export function eventRule(rule: aws.cloudwatch.EventRule): Assumer {
  return { service: "events.amazonaws.com", sourceArn: rule.arn };
}

/** How EventBridge labels S3's events of new objects and versions. Source: S3 user guide, ev-events. */
export const newObject = { source: "aws.s3", detailType: "Object Created" };

/** What S3 tells of a new version of an object. Source: CodePipeline user guide, create-S3-source-events-cfn. */
export function newVersionOf(bucket: pulumi.Input<string>, key: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    source: [newObject.source],
    "detail-type": [newObject.detailType],
    detail: { bucket: { name: [bucket] }, object: { key: [key] } },
  });
}

/** Starts a run of the pipeline whenever an object has a new version. Source: the same page. */
export function startOnObject(name: string, args: StartOnObjectArgs, opts: pulumi.CustomResourceOptions): void {
  const { pipeline, description, bucket, key, roleName, bus } = args;
  const start = [{ actions: ["codepipeline:StartPipelineExecution"], resources: [pipeline.arn] }];
  const on = bus ? { eventBusName: bus.name } : {};
  const rule = new aws.cloudwatch.EventRule(
    name,
    { description, eventPattern: newVersionOf(bucket, key), ...on },
    opts,
  );
  const role = serviceRole(roleName, eventRule(rule), start, opts);
  new aws.cloudwatch.EventTarget(name, { rule: rule.name, arn: pipeline.arn, roleArn: role.arn, ...on }, opts);
}
