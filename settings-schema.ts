import { z } from "zod";

const minutes = z.number().int().min(0);
const port = z.number().int().min(1).max(65535);
const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "is not a CIDR block; expected one like 203.0.113.0/24" });

const check = z.strictObject({
  path: z.string().startsWith("/", { error: "must begin with /" }),
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  expectStatus: z
    .union([status(), z.array(status()).min(1)], { error: "expected a status or a list of them" })
    .optional(),
  expectHeaders: z.record(z.string(), z.string()).optional(),
  expectBodyContains: z.string().optional(),
  expectBodyMatches: z.string().refine(isRegExp, { error: "is not a regular expression" }).optional(),
  maxLatencyMs: z.number().int().min(1).max(60_000).optional(),
});

const healthCheck = z.strictObject({
  path: z.string().startsWith("/", { error: "must begin with /" }).optional(),
  // Limits of an application load balancer's health check. Source: Elastic Load Balancing API, CreateTargetGroup.
  intervalSeconds: z.number().int().min(5).max(300).optional(),
  timeoutSeconds: z.number().int().min(2).max(120).optional(),
  healthyThreshold: z.number().int().min(2).max(10).optional(),
  unhealthyThreshold: z.number().int().min(2).max(10).optional(),
  matcher: z
    .string()
    .regex(/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/, { error: "expected statuses like 200-299 or 200,301" })
    .optional(),
});

/** Every setting of a stack: its type, range and default. docs/settings.md says what each is for. */
export const schema = z.strictObject({
  name: z.string().optional(),
  appDirectory: z.string().default("./app"),
  firstImage: z.string().min(1).optional(),

  githubRepository: z.string({ error: "expected the GitHub repository as owner/name" }),
  branch: z.string().min(1).default("main"),
  connectionArn: z
    .string()
    .regex(/^arn:[\w-]+:(codeconnections|codestar-connections):/, { error: "is not the ARN of a connection" })
    .optional(),
  sourceDirectory: z.string().min(1).default("."),
  templateInRepository: z.boolean().default(false),
  executionMode: z.enum(["SUPERSEDED", "QUEUED"]).default("SUPERSEDED"),

  cpu: z.number().int().default(256),
  memoryMiB: z.number().int().default(512),
  cpuArchitecture: z.enum(["X86_64", "ARM64"]).default("X86_64"),
  containerPort: port.default(3000),
  desiredCount: z.number().int().min(1).max(5000).default(1),
  environment: z.record(z.string(), z.string()).default({}),

  productionPort: port.default(8080),
  testPort: port.default(8090),
  productionCidrs: z.array(cidr).default(["0.0.0.0/0"]),
  testCidrs: z.array(cidr).default([]),
  healthCheck: healthCheck.default({}),
  healthCheckGracePeriodSeconds: z.number().int().min(0).max(2_147_483_647).default(60),
  deregistrationDelaySeconds: z.number().int().min(0).max(3600).default(30),

  trafficShift: z.enum(["automatic", "approval"]).default("automatic"),
  waitMinutes: minutes.default(5),
  terminationWaitMinutes: minutes.default(5),
  deploymentConfigName: z.string().min(1).default("CodeDeployDefault.ECSAllAtOnce"),
  checks: z
    .array(check)
    .min(1)
    .default([{ path: "/" }]),
  alarmNames: z.array(z.string().min(1)).default([]),

  vpcId: z.string().startsWith("vpc-").optional(),
  publicSubnetIds: z.array(z.string().startsWith("subnet-")).min(2).optional(),
  privateSubnetIds: z.array(z.string().startsWith("subnet-")).min(1).optional(),

  logRetentionDays: z.number().int().default(30),
  deletionProtection: z.boolean().default(false),
});

function status() {
  return z.number().int().min(100).max(599);
}

function isRegExp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
