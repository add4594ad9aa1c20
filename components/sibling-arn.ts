import * as pulumi from "@pulumi/pulumi";
import { arnParts } from "./arn";

/** The ARN of something in the account and region of another resource, by the ARN of that one. */
export function siblingArn(
  sibling: pulumi.Input<string>,
  service: string,
  resource: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.all([sibling, resource]).apply(([arn, name]) => {
    const { partition, region, account } = arnParts(arn);
    return `arn:${partition}:${service}:${region}:${account}:${name}`;
  });
}
