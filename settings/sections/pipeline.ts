import { z } from "zod";
import { arns, codePipeline, names } from "../../aws-rules";
import { freshPeriods } from "../../components/pipeline/build-cache";
import { reportFormats } from "../../components/pipeline/build-tests";
import { notificationEvents } from "../../components/notifications/notifications";
import { severities } from "../../components/pipeline/scan-gate";
import { cpuArchitecture, text, texts } from "../values";

const deployApproval = z.strictObject({
  topicArn: text(arns.topicArn).optional(),
  keyArn: text(arns.kmsKeyArn).optional(),
  message: text(codePipeline.approvalMessage).optional(),
  timeoutMinutes: z.number().int().optional(),
});

const deploymentWindow = z.strictObject({ cron: z.string(), timeZone: z.string().optional() });

const notifications = z.strictObject({
  topicArn: text(arns.topicArn).optional(),
  keyArn: text(arns.kmsKeyArn).optional(),
  slack: z
    .strictObject({ workspaceId: text(names.slackWorkspaceId), channelId: text(names.slackChannelId) })
    .optional(),
  events: z.array(z.enum(notificationEvents)).min(1).optional(),
});

const tests = z.strictObject({
  command: z.string(),
  reportFiles: texts.optional(),
  reportFormat: z.enum(reportFormats).optional(),
});

const promoteFrom = z.strictObject({
  repositoryUri: z.string(),
  bucket: z.string(),
  keyArn: z.string(),
  cpuArchitecture: cpuArchitecture.optional(),
});

const patterns = z.strictObject({ includes: texts.optional(), excludes: texts.optional() });

/** Where commits come from, and what becomes of them. */
export const pipeline = {
  githubRepository: z.string({ error: "expected the GitHub repository as owner/name" }).optional(),
  branch: z.string().default("main"),
  connectionArn: z.string().optional(),
  sourceDirectory: z.string().default("."),
  triggers: z.strictObject({ branches: patterns.optional(), filePaths: patterns.optional() }).optional(),
  templateInRepository: z.boolean().default(false),
  executionMode: z.enum(["SUPERSEDED", "QUEUED"]).default("SUPERSEDED"),
  deployApproval: deployApproval.optional(),
  deploymentWindow: deploymentWindow.optional(),
  scanGate: z.strictObject({ severity: z.enum(severities) }).optional(),
  signingProfileArn: z.string().optional(),
  sbom: z.boolean().default(false),
  buildCache: z.strictObject({ freshEvery: z.enum(freshPeriods).optional() }).optional(),
  tests: tests.optional(),
  notifications: notifications.optional(),
  promoteFrom: promoteFrom.optional(),
  promoteTo: z.array(z.string()).default([]),
};
