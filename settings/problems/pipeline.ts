import { testsProblems } from "../../components/build-tests";
import { approvalProblems } from "../../components/deploy-approval";
import { repositoryProblems } from "../../components/deploy-pipeline";
import { windowProblems } from "../../components/deployment-window";
import { triggerProblems } from "../../components/pipeline-triggers";
import type { Problem } from "../../components/problems";
import { promotionProblems } from "../../components/promotion";
import type { Given } from "../schema";

/** What the pipeline's own parts find wrong. */
export function pipelineProblems(settings: Given): Problem[] {
  return [
    ...repositoryProblems(settings.githubRepository),
    ...promotionProblems(settings),
    ...testsProblems(settings),
    ...triggerProblems(settings),
    ...approvalProblems(settings),
    ...windowProblems(settings),
  ];
}
