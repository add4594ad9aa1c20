import * as pulumi from "@pulumi/pulumi";
import { siblingArn } from "./sibling-arn";

/** The ARN of an alarm in the account and region of another resource, by the ARN of that one. */
export function alarmArn(sibling: pulumi.Input<string>, alarmName: pulumi.Input<string>): pulumi.Output<string> {
  return siblingArn(sibling, "cloudwatch", pulumi.interpolate`alarm:${alarmName}`);
}
