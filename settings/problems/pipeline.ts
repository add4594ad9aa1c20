import { arns } from "../../aws-rules";
import { testsProblems } from "../../components/pipeline/build-tests";
import { approvalProblems } from "../../components/pipeline/deploy-approval";
import { sourceProblems } from "../../components/pipeline/pipeline-source";
import { windowProblems } from "../../components/pipeline/deployment-window";
import { triggerProblems } from "../../components/pipeline/pipeline-triggers";
import { notificationsProblems } from "../../components/notifications/notifications";
import type { Problem } from "../../components/problems";
import { promotionProblems } from "../../components/pipeline/promotion";
import { textProblem } from "../../components/rule-problems";
import type { Given } from "../schema";

/** What the pipeline's own parts find wrong. */
export function pipelineProblems(settings: Given): Problem[] {
  return [
    ...sourceProblems(settings),
    ...promotionProblems(settings),
    ...testsProblems(settings),
    ...triggerProblems(settings),
    ...approvalProblems(settings),
    ...notificationsProblems(settings.notifications),
    ...windowProblems(settings),
    ...textProblem("signingProfileArn", settings.signingProfileArn, arns.signingProfileArn),
  ];
}

/** A stack that would release its own releases, again and again. @param name what its resources' names begin with */
export function ownReleaseProblems({ promoteFrom, promoteTo = [] }: Given, name: string): Problem[] {
  const message = "is this stack's own; expected what another stack says of itself (docs/promotion.md).";
  // As Pulumi names the bucket, and components/pipeline/promotion-source.ts the bus.
  const bucket = promoteFrom?.bucket ?? "";
  const from = bucket.startsWith(`${name}-released-`) && /-released-[0-9a-f]{7}$/.test(bucket);
  return [
    ...(from ? [{ path: "promoteFrom", message }] : []),
    ...promoteTo.flatMap((arn, index) =>
      arn.endsWith(`:event-bus/${name}-promotions`) ? [{ path: `promoteTo[${index}]`, message }] : [],
    ),
  ];
}
