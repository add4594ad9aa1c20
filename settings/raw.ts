import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Problem } from "../components/problems";
import { schema } from "./schema";
import { typeMessage } from "./type-message";

/** Settings are read under this name whatever the project is called, so that a renamed template keeps its stack files. */
export const namespace = "greenlight";

/** The namespace's settings as they were written: Pulumi hands over each as text, whatever its type. */
export function rawSettings(): Record<string, unknown> {
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${namespace}:`));
  return Object.fromEntries(entries.map(([key, text]) => [key.slice(namespace.length + 1), typed(key, text)]));
}

/** Pulumi's own setting of where the stack is; undefined where the environment says it. */
export function stackRegion(): string | undefined {
  return pulumi.runtime.allConfig()["aws:region"];
}

/** Pulumi's own setting of the tags that everything gets, as JSON. */
export function defaultTags(): string | undefined {
  return pulumi.runtime.allConfig()["aws:defaultTags"];
}

/** Settings under the name of a renamed project, where `pulumi config set` puts what is given without a namespace. */
export function misplacedProblems(): Problem[] {
  const project = pulumi.getProject();
  if (project === namespace) return [];
  const keys = Object.keys(schema.shape).filter((key) => `${project}:${key}` in pulumi.runtime.allConfig());
  return keys.map((key) => ({ path: `${project}:${key}`, message: `is not read; write ${namespace}:${key}.` }));
}

/** One mistake of a type or range, in the words of whoever wrote the settings. */
export function typeProblems(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const where = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const at = where.replace(/^\./, "");
  if (issue.code !== "unrecognized_keys") return [{ path: at, message: valueMessage(issue, at, raw) }];
  return issue.keys.map((key) => ({
    path: at ? `${at}.${key}` : key,
    message: "is not a setting; docs/settings.md lists them all.",
  }));
}

function valueMessage(issue: z.core.$ZodIssue, at: string, raw: unknown): string {
  const value = valueAt(raw, issue.path);
  // A message of the schema's own says what is expected.
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input: expected "))
    return typeMessage({ key: `${namespace}:${at}`, expected: issue.expected, value });
  const message = issue.message.replace(/^Invalid input: /, "");
  return value === undefined ? `is missing; ${message}` : message;
}

/** The settings without the fields that are none. */
export function withoutUnknown(
  raw: Record<string, unknown>,
  issues: readonly z.core.$ZodIssue[],
): Record<string, unknown> {
  const known = structuredClone(raw);
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const holder = valueAt(known, issue.path) as Record<string, unknown>;
    for (const key of issue.keys) delete holder[key];
  }
  return known;
}

function typed(key: string, text: string): unknown {
  const name = key.slice(namespace.length + 1);
  // A setting may be called as a member that every object has.
  const field = Object.hasOwn(schema.shape, name) ? (schema.shape as Record<string, z.ZodType>)[name] : undefined;
  if (field?.safeParse(text).success) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
