import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { publishingKey, topicKeyProblems } from "../notifications/notifications";
import { codePipeline } from "../../aws-rules";
import type { Statement } from "../policy";
import type { Problem } from "../problems";
import { rangeProblems, textProblems } from "../rule-problems";

/** A person lets each run go on to its deployment. */
export interface DeployApprovalArgs {
  /** SNS topic that is told that somebody is waited for. @default none; the console shows it */
  readonly topicArn?: pulumi.Input<string>;
  /** The KMS key that this topic is encrypted with, if it is one of your own. @default none */
  readonly keyArn?: pulumi.Input<string>;
  /** What the person reads, in up to 1000 characters. @default nothing */
  readonly message?: string;
  /** Minutes after which a run that nobody approved fails; 5 to 86400. @default 10080, which are seven days */
  readonly timeoutMinutes?: number;
}

type Stage = aws.types.input.codepipeline.PipelineStage;

const defaultTimeoutMinutes = 10_080;

/**
 * The stage before Deploy that waits for a person; it is a stage of its own, so that a newer run may supersede one that
 * waits before it. Source: CodePipeline user guide, approvals-action-add.
 */
export function approvalStage({
  topicArn,
  message,
  timeoutMinutes = defaultTimeoutMinutes,
}: DeployApprovalArgs): Stage {
  const configuration = {
    ...(topicArn === undefined ? {} : { NotificationArn: topicArn }),
    ...(message === undefined ? {} : { CustomData: message }),
  };
  return {
    name: "Approval",
    actions: [
      {
        name: "Approve",
        category: "Approval",
        owner: "AWS",
        provider: "Manual",
        version: "1",
        timeoutInMinutes: timeoutMinutes,
        ...(Object.keys(configuration).length > 0 ? { configuration } : {}),
      },
    ],
  };
}

/** Source: CodePipeline user guide, approvals-action-add, "sns:Publish". */
export function approvalStatements(approval: DeployApprovalArgs | undefined): Statement[] {
  if (approval?.topicArn === undefined) return [];
  return [{ actions: ["sns:Publish"], resources: [approval.topicArn] }, ...publishingKey(approval.keyArn)];
}

export function approvalProblems({ deployApproval }: { readonly deployApproval?: DeployApprovalArgs }): Problem[] {
  const at = "deployApproval";
  const approval = deployApproval ?? {};
  return [
    ...topicKeyProblems(at, approval),
    ...textProblems(at, approval, { message: codePipeline.approvalMessage }),
    ...rangeProblems(at, approval, { timeoutMinutes: codePipeline.approvalTimeoutMinutes }),
  ];
}
