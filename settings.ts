import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import * as path from "node:path";
import type { z } from "zod";
import { serviceProblems } from "./components/blue-green-ecs-service";
import { repositoryProblems } from "./components/deploy-pipeline";
import { hookProblems } from "./components/green-test-hook";
import { longestApprovalWaitMinutes, longestNameLength, nameProblems } from "./components/limits";
import { type Problem, refuse } from "./components/problems";
import { schema } from "./settings-schema";

/** Settings are read under this name whatever the project is called, so that a renamed template keeps its stack files. */
const namespace = "greenlight";

export type Settings = Omit<z.output<typeof schema>, "environment"> & {
  readonly environment: Readonly<Record<string, pulumi.Output<string>>>;
  /** What every resource's name begins with; at most 18 characters. */
  readonly name: string;
  /** Minutes that the hook tests green for; 0 where a person decides. */
  readonly soakMinutes: number;
  /** Minutes that a release waits for a person; undefined where none is asked. */
  readonly approvalWaitMinutes: number | undefined;
};

/**
 * Reads the stack's settings (`Pulumi.<stack>.yaml`, `greenlight:*`); docs/settings.md lists them.
 *
 * @throws InvalidInput naming every mistake at once, before any resource is registered.
 */
export function readSettings(): Settings {
  const stackFile = `Pulumi.${pulumi.getStack()}.yaml`;
  const raw = rawSettings();
  const misplaced = misplacedProblems();
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    // A setting of the wrong type has no value to judge further; the others have.
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, raw));
    const broken = new Set(problems.map((problem) => topLevel(problem.path)));
    const sound = Object.fromEntries(Object.entries(raw).filter(([key]) => !broken.has(key)));
    const rest = schema.partial().safeParse(sound);
    const further = rest.success ? meaningProblems(rest.data) : [];
    const judgeable = (key: string) => !broken.has(key) && !broken.has(judgedBy[key] ?? key);
    refuse(stackFile, [...misplaced, ...problems, ...further.filter(({ path }) => judgeable(topLevel(path)))]);
  }
  const settings = parsed.data!;
  refuse(stackFile, [...misplaced, ...meaningProblems(settings)]);
  const asksPerson = settings.trafficShift === "approval";
  return {
    ...settings,
    environment: secretValues(settings.environment),
    name: settings.name ?? shortName(`${pulumi.getProject()}-${pulumi.getStack()}`),
    soakMinutes: asksPerson ? 0 : settings.waitMinutes,
    approvalWaitMinutes: asksPerson ? settings.waitMinutes : undefined,
  };
}

type Partially = Partial<z.output<typeof schema>>;

/** Settings that are judged by another one, and so only where that one can be read. */
const judgedBy: Readonly<Record<string, string>> = {
  memoryMiB: "cpu",
  testPort: "productionPort",
  waitMinutes: "trafficShift",
  appDirectory: "firstImage",
};

/** What the types cannot say: values that AWS does not pair, folders that are not there. */
function meaningProblems(settings: Partially): Problem[] {
  const { waitMinutes = 5 } = settings;
  return [
    ...(settings.name === undefined ? [] : nameProblems("name", settings.name)),
    ...serviceProblems({ ...settings, environment: {} }),
    ...(settings.trafficShift === "approval" ? approvalProblems(waitMinutes) : hookProblems({ waitMinutes })),
    ...(settings.githubRepository === undefined ? [] : repositoryProblems(settings.githubRepository)),
    ...appProblems(settings),
    ...networkProblems(settings),
  ];
}

function approvalProblems(waitMinutes: number): Problem[] {
  if (waitMinutes >= 1 && waitMinutes <= longestApprovalWaitMinutes) return [];
  const message = `is ${waitMinutes}; CodeDeploy waits 1 to ${longestApprovalWaitMinutes} minutes for a person.`;
  return [{ path: "waitMinutes", message }];
}

function appProblems({ appDirectory = "./app", firstImage }: Partially): Problem[] {
  if (firstImage !== undefined || existsSync(path.join(appDirectory, "Dockerfile"))) return [];
  const message = `${appDirectory} has no Dockerfile; name the app's folder, or the first image in firstImage.`;
  return [{ path: "appDirectory", message }];
}

function networkProblems({ vpcId, publicSubnetIds, privateSubnetIds }: Partially): Problem[] {
  const given = Object.entries({ vpcId, publicSubnetIds, privateSubnetIds });
  const missing = given.filter(([, value]) => value === undefined);
  if (missing.length === 0 || missing.length === given.length) return [];
  const message =
    "is missing; an existing network needs vpcId, publicSubnetIds and privateSubnetIds, a new one none of them.";
  return missing.map(([path]) => ({ path, message }));
}

/** Settings under the name of a renamed project, where `pulumi config set` puts what is given without a namespace. */
function misplacedProblems(): Problem[] {
  const project = pulumi.getProject();
  if (project === namespace) return [];
  const keys = Object.keys(schema.shape).filter((key) => `${project}:${key}` in pulumi.runtime.allConfig());
  return keys.map((key) => ({ path: `${project}:${key}`, message: `is not read; write ${namespace}:${key}.` }));
}

/** The namespace's settings as they were written: Pulumi hands over each as text, whatever its type. */
function rawSettings(): Record<string, unknown> {
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${namespace}:`));
  return Object.fromEntries(entries.map(([key, text]) => [key.slice(namespace.length + 1), typed(key, text)]));
}

function typed(key: string, text: string): unknown {
  const field = (schema.shape as Record<string, z.ZodType | undefined>)[key.slice(namespace.length + 1)];
  if (field?.safeParse(text).success) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const where = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const at = where.replace(/^\./, "");
  if (issue.code !== "unrecognized_keys") {
    const message = issue.message.replace(/^Invalid input: /, "");
    const missing = valueAt(raw, issue.path) === undefined;
    return [{ path: at, message: missing ? `is missing; ${message.replace(/, received undefined$/, "")}` : message }];
  }
  return issue.keys.map((key) => ({
    path: at ? `${at}.${key}` : key,
    message: "is not a setting; docs/settings.md lists them all.",
  }));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function topLevel(path: string): string {
  return path.split(/[.[]/)[0]!;
}

// Pulumi does not tell which settings were given with --secret, so what may be one is kept encrypted in the state.
function secretValues(values: Readonly<Record<string, string>>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, pulumi.secret(value)]));
}

/** `text` if AWS takes it everywhere, else its beginning and a digest of the whole, so that two names stay two. */
export function shortName(text: string): string {
  if (nameProblems("name", text).length === 0) return text;
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^([-0-9]|internal-)+/, "");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 6);
  const beginning = plain.slice(0, longestNameLength - digest.length - 1).replace(/-$/, "");
  return `${beginning || "stack"}-${digest}`;
}
