import { z } from "zod";
import { approvalProblems } from "../../components/deploy-approval";
import { windowProblems } from "../../components/deployment-window";
import { repositoryProblems } from "../../components/deploy-pipeline";
import { triggerProblems } from "../../components/pipeline-triggers";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";
import { names } from "../values";

const deployApproval = z.strictObject({
  topicArn: z
    .string()
    .regex(/^arn:[\w-]+:sns:/, { error: "is not the ARN of an SNS topic" })
    .optional(),
  message: z.string().min(1).optional(),
  timeoutMinutes: z.number().int().optional(),
});

const deploymentWindow = z.strictObject({ cron: z.string(), timeZone: z.string().optional() });

const patterns = z.strictObject({ includes: names.optional(), excludes: names.optional() });

/** Where commits come from, and what becomes of them. */
export const pipeline = {
  githubRepository: z.string({ error: "expected the GitHub repository as owner/name" }),
  branch: z.string().min(1).default("main"),
  connectionArn: z
    .string()
    .regex(/^arn:[\w-]+:(codeconnections|codestar-connections):/, { error: "is not the ARN of a connection" })
    .optional(),
  sourceDirectory: z.string().min(1).default("."),
  triggers: z.strictObject({ branches: patterns.optional(), filePaths: patterns.optional() }).optional(),
  templateInRepository: z.boolean().default(false),
  executionMode: z.enum(["SUPERSEDED", "QUEUED"]).default("SUPERSEDED"),
  deployApproval: deployApproval.optional(),
  deploymentWindow: deploymentWindow.optional(),
};

export function pipelineProblems(settings: Given): Problem[] {
  const { githubRepository } = settings;
  return [
    ...(githubRepository === undefined ? [] : repositoryProblems(githubRepository)),
    ...triggerProblems(settings),
    ...approvalProblems(settings),
    ...windowProblems(settings),
  ];
}
