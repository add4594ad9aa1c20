import { z } from "zod";
import { repositoryProblems } from "../../components/deploy-pipeline";
import { triggerProblems } from "../../components/pipeline-triggers";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";
import { names } from "../values";

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
};

export function pipelineProblems({ githubRepository, triggers }: Given): Problem[] {
  const problems = githubRepository === undefined ? [] : repositoryProblems(githubRepository);
  return [...problems, ...triggerProblems({ ...(triggers ? { triggers } : {}) })];
}
