import * as pulumiConfig from "@pulumi/pulumi/runtime/config";

/** In the SDK since its version 2, which leaves it out of its types. */
const { isConfigSecret } = pulumiConfig as unknown as { readonly isConfigSecret: (key: string) => boolean };

/** What a mistake of a value's type is, in words. */
interface Mistyped {
  /** The setting as `pulumi config set --path` takes it, `greenlight:environment.WORKERS`. */
  readonly key: string;
  /** zod's name of the type. */
  readonly expected: string;
  readonly value: unknown;
}

const inWords: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "fields with values",
  record: "fields with values",
};

/** What the value is, unless it is a secret; what was expected; and what to do where Pulumi or YAML has taken it for another type. */
export function typeMessage({ key, expected, value }: Mistyped): string {
  const isSecret = isConfigSecret(key.split(/[.[]/)[0]!);
  const message = `${described(value, isSecret)}; expected ${inWords[expected] ?? expected}.`;
  const type = typeToSet(expected, value);
  if (!type) return message;
  const command = `pulumi config set --path --type ${type} '${key}' ${isSecret ? "VALUE" : String(value)}`;
  return `${message} ${type === "string" ? "Put it in quotes" : "Remove the quotes"}, or run ${command}`;
}

/** The --type with which the CLI would write the value as it was meant; undefined where it cannot have been meant. */
function typeToSet(expected: string, value: unknown): "string" | "int" | "float" | "bool" | undefined {
  if (expected === "string") return typeof value === "number" || typeof value === "boolean" ? "string" : undefined;
  if (typeof value !== "string") return undefined;
  if (expected === "boolean") return /^(true|false)$/.test(value) ? "bool" : undefined;
  if (expected !== "number" && expected !== "int") return undefined;
  if (/^-?\d+$/.test(value)) return "int";
  return expected === "number" && /^-?\d+\.\d+$/.test(value) ? "float" : undefined;
}

function described(value: unknown, isSecret: boolean): string {
  if (value === undefined) return "is missing";
  if (value === null) return "has no value";
  if (Array.isArray(value)) return "is a list";
  if (typeof value === "object") return "has fields";
  const kind = typeof value === "string" ? "text" : typeof value === "number" ? "number" : "value";
  return isSecret ? `is a ${kind}` : `is the ${kind} ${JSON.stringify(value)}`;
}
