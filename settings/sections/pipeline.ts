import { z } from "zod";
import { repositoryProblems } from "../../components/deploy-pipeline";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";

/** Where commits come from, and what becomes of them. */
export const pipeline = {
  githubRepository: z.string({ error: "expected the GitHub repository as owner/name" }),
  branch: z.string().min(1).default("main"),
  connectionArn: z
    .string()
    .regex(/^arn:[\w-]+:(codeconnections|codestar-connections):/, { error: "is not the ARN of a connection" })
    .optional(),
  sourceDirectory: z.string().min(1).default("."),
  templateInRepository: z.boolean().default(false),
  executionMode: z.enum(["SUPERSEDED", "QUEUED"]).default("SUPERSEDED"),
};

export function pipelineProblems({ githubRepository }: Given): Problem[] {
  return githubRepository === undefined ? [] : repositoryProblems(githubRepository);
}
