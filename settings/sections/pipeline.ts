import { z } from "zod";
import { freshPeriods } from "../../components/pipeline/build-cache";
import { reportFormats } from "../../components/pipeline/build-tests";
import { notificationEvents } from "../../components/notifications/notifications";
import { severities } from "../../components/pipeline/scan-gate";
import { cpuArchitecture, kmsKeyArn, names } from "../values";

const topicArn = z.string().regex(/^arn:[\w-]+:sns:/, { error: "is not the ARN of an SNS topic" });

const deployApproval = z.strictObject({
  topicArn: topicArn.optional(),
  keyArn: kmsKeyArn.optional(),
  message: z.string().min(1).optional(),
  timeoutMinutes: z.number().int().optional(),
});

const deploymentWindow = z.strictObject({ cron: z.string(), timeZone: z.string().optional() });

const notifications = z.strictObject({
  topicArn: topicArn.optional(),
  keyArn: kmsKeyArn.optional(),
  slack: z
    .strictObject({
      workspaceId: z.string().regex(/^[0-9A-Z]+$/, { error: "is not the id of a Slack workspace, like T0123456789" }),
      channelId: z.string().regex(/^[0-9A-Z]+$/, { error: "is not the id of a Slack channel, like C0123456789" }),
    })
    .optional(),
  events: z.array(z.enum(notificationEvents)).min(1).optional(),
});

const tests = z.strictObject({
  command: z.string().min(1),
  reportFiles: names.optional(),
  reportFormat: z.enum(reportFormats).optional(),
});

const promoteFrom = z.strictObject({
  repositoryUri: z.string(),
  bucket: z.string(),
  keyArn: z.string(),
  cpuArchitecture: cpuArchitecture.optional(),
});

const patterns = z.strictObject({ includes: names.optional(), excludes: names.optional() });

/** Where commits come from, and what becomes of them. */
export const pipeline = {
  githubRepository: z.string({ error: "expected the GitHub repository as owner/name" }).optional(),
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
  scanGate: z.strictObject({ severity: z.enum(severities) }).optional(),
  signingProfileArn: z
    .string()
    .regex(/^arn:[\w-]+:signer:[\w-]+:\d{12}:\/signing-profiles\/\w+$/, {
      error: "is not the ARN of a signing profile",
    })
    .optional(),
  sbom: z.boolean().default(false),
  buildCache: z.strictObject({ freshEvery: z.enum(freshPeriods).optional() }).optional(),
  tests: tests.optional(),
  notifications: notifications.optional(),
  promoteFrom: promoteFrom.optional(),
  promoteTo: z.array(z.string()).default([]),
};
