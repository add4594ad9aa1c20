import * as pulumi from "@pulumi/pulumi";

/** The ARN of an alarm in the account and region of another resource, by the ARN of that one. */
export function alarmArn(siblingArn: pulumi.Input<string>, alarmName: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.all([siblingArn, alarmName]).apply(([arn, name]) => {
    const [, partition, , region, account] = arn.split(":");
    return `arn:${partition}:cloudwatch:${region}:${account}:alarm:${name}`;
  });
}
