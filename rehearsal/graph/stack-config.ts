import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

/** What the Pulumi CLI would give a program. */
export interface StackConfig {
  readonly project: string;
  /** Settings as texts, `greenlight:cpu` to `"256"`. */
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Reads a stack's settings without the Pulumi CLI.
 *
 * @param directory folder of Pulumi.yaml and the stack files
 * @throws Error when there is no such stack file
 */
export function readStackConfig(directory: string, stack: string): StackConfig {
  const stackFile = path.join(directory, `Pulumi.${stack}.yaml`);
  if (!existsSync(stackFile))
    throw new Error(`there is no ${path.basename(stackFile)}; --stack names one that is there`);
  const { name } = parse(readFileSync(path.join(directory, "Pulumi.yaml"), "utf8")) as { name: string };
  const written = (parse(readFileSync(stackFile, "utf8")) as { config?: Record<string, unknown> } | null)?.config ?? {};
  const texts = Object.entries(written).map(([key, value]) => [key, asText(value)]);
  return { project: name, config: Object.fromEntries(texts) as Record<string, string> };
}

/** As the Pulumi CLI passes a setting to a program. */
function asText(value: unknown): string {
  const opened = withoutSecrets(value);
  return typeof opened === "string" ? opened : JSON.stringify(opened);
}

/** A secret cannot be decrypted here, and is rehearsed with a placeholder. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if ("secure" in value) return "secret";
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item)]));
}
