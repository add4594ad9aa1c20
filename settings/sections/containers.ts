import { z } from "zod";
import { texts, whole } from "../values";

const variables = z.record(z.string(), z.string());

const healthCheck = z.strictObject({
  command: texts,
  intervalSeconds: whole.optional(),
  timeoutSeconds: whole.optional(),
  retries: whole.optional(),
  startPeriodSeconds: whole.optional(),
});

/** The app's may leave out its command, which then asks for `healthCheck.path`. */
const appHealthCheck = healthCheck.extend({ command: texts.optional() });

const container = z.strictObject({
  entryPoint: texts.optional(),
  command: texts.optional(),
  user: z.string().optional(),
  readonlyRootFilesystem: z.boolean().optional(),
  tmpfs: z.array(z.strictObject({ containerPath: z.string(), sizeMiB: whole })).optional(),
  dropCapabilities: texts.optional(),
  initProcess: z.boolean().optional(),
  maxOpenFiles: whole.optional(),
  stopTimeoutSeconds: whole.optional(),
  healthCheck: healthCheck.optional(),
  dependsOn: z
    .array(z.strictObject({ container: z.string(), condition: z.enum(["START", "COMPLETE", "SUCCESS", "HEALTHY"]) }))
    .optional(),
});

const sidecar = container.extend({
  name: z.string(),
  image: z.string(),
  essential: z.boolean().optional(),
  cpu: whole.optional(),
  memoryMiB: whole.optional(),
  ports: z.array(whole).optional(),
  environment: variables.optional(),
  secrets: variables.optional(),
});

const logRouter = z.strictObject({
  image: z.string().optional(),
  options: variables.optional(),
  secretOptions: variables.optional(),
});

const openTelemetry = z.strictObject({
  image: z.string().optional(),
  config: z.string().min(1).optional(),
});

const efsVolume = z.strictObject({
  name: z.string(),
  fileSystemId: z.string(),
  accessPointId: z.string(),
  containerPath: z.string(),
  readOnly: z.boolean().optional(),
  securityGroupId: z.string().optional(),
});

/** How the task's containers run, and what is beside the app's. */
export const containers = {
  container: container.extend({ healthCheck: appHealthCheck.optional() }).default({}),
  sidecars: z.array(sidecar).default([]),
  logRouter: logRouter.optional(),
  openTelemetry: openTelemetry.optional(),
  executeCommand: z.boolean().default(false),
  ephemeralStorageGiB: whole.optional(),
  efsVolumes: z.array(efsVolume).default([]),
};
