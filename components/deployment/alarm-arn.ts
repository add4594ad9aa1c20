import * as pulumi from "@pulumi/pulumi";
import type { NamedAlarm } from "./alarms";
import type { Statement } from "../policy";
import { siblingArn } from "../sibling-arn";

/**
 * What it takes to read the state of these alarms. Alarms that were there already may be composite ones, and those AWS
 * shows only to who may read all. Source: CloudWatch API, DescribeAlarms.
 *
 * @param sibling any resource's ARN; it tells the alarms' partition, region and account.
 */
export function alarmStatements(sibling: pulumi.Input<string>, alarms: readonly NamedAlarm[]): Statement[] {
  if (alarms.length === 0) return [];
  const madeHere = alarms.every(({ made }) => made);
  const arns = alarms.map(({ name }) => siblingArn(sibling, "cloudwatch", pulumi.interpolate`alarm:${name}`));
  return [{ actions: ["cloudwatch:DescribeAlarms"], resources: madeHere ? arns : ["*"] }];
}
