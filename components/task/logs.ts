import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy";

export interface LogDestination {
  readonly logGroupName: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
}

/** A container's output goes to CloudWatch by ECS itself. */
export function awsLog(container: string, { logGroupName, region }: LogDestination) {
  return {
    logDriver: "awslogs",
    options: { "awslogs-group": logGroupName, "awslogs-region": region, "awslogs-stream-prefix": container },
  };
}

/** Writing to a log group that is there already. */
export function writeStatement(logGroup: aws.cloudwatch.LogGroup): Statement {
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [pulumi.interpolate`${logGroup.arn}:log-stream:*`],
  };
}
