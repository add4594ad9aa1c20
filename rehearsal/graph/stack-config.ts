import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

/** What the Pulumi CLI would give a program. */
export interface StackConfig {
  readonly project: string;
  /** Settings as texts, `greenlight:cpu` to `"256"`: the project's, and in their place the stack's. */
  readonly config: Readonly<Record<string, string>>;
  /** Settings of which a part, or all, is encrypted. */
  readonly secretKeys: readonly string[];
  /** ESC environments that the stack file imports; their settings are not in `config`. */
  readonly environments: readonly string[];
}

interface ProjectFile {
  readonly name: string;
  readonly stackConfigDir?: string;
  /** Settings; a text is the folder of the stack files. */
  readonly config?: Values | string;
}

interface StackFile {
  readonly config?: Values;
  readonly environment?: string | Values | readonly (string | Values)[];
}

/** Some settings are where only the Pulumi CLI can read them. */
export class SettingsElsewhereError extends Error {}

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads a stack's settings as the Pulumi CLI does, without it. `test/engine/stack-config.engine.ts` compares both.
 *
 * @param directory folder of Pulumi.yaml
 * @throws Error when there is no such stack file, SettingsElsewhereError when it has no settings of its own
 */
export function readStackConfig(directory: string, stack: string): StackConfig {
  const project = read<ProjectFile>(path.join(directory, "Pulumi.yaml"));
  const folder = project.stackConfigDir ?? (typeof project.config === "string" ? project.config : ".");
  const stackFile = path.join(directory, folder, `Pulumi.${stack}.yaml`);
  const name = path.basename(stackFile);
  if (!existsSync(stackFile)) throw new Error(`there is no ${name}; --stack names one that is there`);
  const { config, environment } = read<StackFile>(stackFile);
  const environments = environmentNames(environment);
  if (environments.length > 0 && !config) {
    const names = environments.join(", ");
    throw new SettingsElsewhereError(
      `${name} takes its settings from Pulumi ESC (environment: ${names}), which cannot be opened here. ` +
        "Put the settings under config: in a stack file, and name that file's stack with --stack.",
    );
  }
  const settings = { ...projectSettings(project), ...namespaced(project.name, config ?? {}) };
  const texts = Object.entries(settings).map(([key, value]) => [key, asText(withoutSecretCommand(key, value))]);
  const secretKeys = Object.keys(settings).filter((key) => isSecret(settings[key]));
  return {
    project: project.name,
    config: Object.fromEntries(texts) as Record<string, string>,
    secretKeys,
    environments,
  };
}

function read<T>(file: string): T {
  try {
    return (parse(readFileSync(file, "utf8")) ?? {}) as T;
  } catch (error) {
    throw new Error(`${path.basename(file)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Source: Pulumi, "Project-level configuration": `key: value`, `{ value }`, or `{ default, type }` of the project's own. */
function projectSettings({ name, config }: ProjectFile): Values {
  if (typeof config !== "object") return {};
  const settings: [string, unknown][] = [];
  for (const [key, declared] of Object.entries(namespaced(name, config))) {
    const { value, default: fallback, type } = isObject(declared) ? declared : { value: declared };
    if (!key.startsWith(`${name}:`) && (fallback !== undefined || type !== undefined))
      throw new Error(
        `Pulumi.yaml: config.${key} belongs to another project, so it cannot have a type or a default. Set its value.`,
      );
    if ((value ?? fallback) !== undefined) settings.push([key, value ?? fallback]);
  }
  return Object.fromEntries(settings);
}

/** A key without a namespace is the project's own. */
function namespaced(project: string, config: Values): Values {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]),
  );
}

/** `dev`, `[dev, { base: { merge: false } }]`, or an environment that is written out in the file itself. */
function environmentNames(environment: StackFile["environment"]): string[] {
  if (environment === undefined || environment === null) return [];
  const imports: readonly (string | Values)[] = [environment].flat();
  return imports.map((it) => (typeof it === "string" ? it : Object.keys(it).join(", ")));
}

/** As the Pulumi CLI passes a setting to a program. */
function asText(value: unknown): string {
  const opened = withoutSecrets(value) ?? "";
  return typeof opened === "string" ? opened : JSON.stringify(opened);
}

/** A secret cannot be decrypted here, and is rehearsed with a placeholder. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  if ("secure" in value) return "secret";
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item)]));
}

/** A placeholder for the command of the app's tests would be run. */
function withoutSecretCommand(key: string, value: unknown): unknown {
  if (!key.endsWith(":tests") || !isObject(value) || !isSecret(value.command)) return value;
  const command = "echo 'The command of the tests is a secret, which cannot be decrypted here, so it is not run.'";
  return { ...value, command };
}

function isSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isSecret);
  return isObject(value) && ("secure" in value || Object.values(value).some(isSecret));
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
