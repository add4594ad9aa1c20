import * as pulumiConfig from "@pulumi/pulumi/runtime/config";
import type { Problem } from "../components/problems";
import { SecretTexts } from "../hooks/secret-texts";
import { namespace } from "./raw";

/** In the SDK since its version 2, which leaves it out of its types. */
const { isConfigSecret } = pulumiConfig as unknown as { readonly isConfigSecret: (key: string) => boolean };

/** Settings that become parts of resources' names, which neither Pulumi nor AWS hides. `[]` is every element. */
const partsOfNames = [
  "name",
  "autoscaling.schedules[].name",
  "efsVolumes[].securityGroupId",
  "notifications.slack.channelId",
  "notifications.slack.workspaceId",
  "productionCidrs[]",
  "taskPolicyArns[]",
  "testCidrs[]",
];

/**
 * Settings that were given with `pulumi config set --secret`. Pulumi tells which settings they are, not which value inside
 * one: a secret inside a setting makes every value of the setting secret.
 */
export class SecretSettings {
  private readonly values: Readonly<Record<string, unknown>>;
  /** What no message may show. */
  private readonly texts: SecretTexts;
  /** What no input of a resource may show in clear; variables of containers are secrets already, whatever they are. */
  readonly inInputs: SecretTexts;

  /** @param settings all that are given, as they are written */
  constructor(settings: Readonly<Record<string, unknown>>) {
    const secret = Object.entries(settings).filter(([key]) => isConfigSecret(`${namespace}:${key}`));
    this.values = Object.fromEntries(secret);
    this.texts = new SecretTexts(Object.values(this.values));
    this.inInputs = new SecretTexts(secret.filter(([key]) => key !== "environment").map(([, value]) => value));
  }

  has(key: string): boolean {
    return Object.hasOwn(this.values, key);
  }

  /** Secrets that could not be kept. */
  get problems(): Problem[] {
    const message = "is a secret, and becomes part of a resource's name, which is in clear. Set it with --plaintext.";
    return partsOfNames.flatMap((path) => pathsIn(this.values, path)).map((path) => ({ path, message }));
  }

  /** The problems without the secrets that their messages quote. */
  hideIn(problems: readonly Problem[]): Problem[] {
    return problems.map(({ path, message }) => {
      const own = path.split(/[.[]/)[0]!;
      const shown = this.has(own) ? new SecretTexts([this.values[own]]).hideWords(message) : message;
      return { path, message: this.texts.hide(shown) };
    });
  }
}

/** Where the values of such a path are: `testCidrs[0]` and `testCidrs[1]` of `testCidrs[]`. */
function pathsIn(values: unknown, path: string): string[] {
  const [, key = "", rest = ""] = /^([^.[]+)(.*)$/.exec(path) ?? [];
  const value = (values as Readonly<Record<string, unknown>> | undefined)?.[key];
  if (value === undefined) return [];
  if (rest === "") return [key];
  if (rest.startsWith(".")) return pathsIn(value, rest.slice(1)).map((inner) => `${key}.${inner}`);
  if (!Array.isArray(value)) return [];
  return value.flatMap((item, index) => {
    const place = `${key}[${index}]`;
    return rest === "[]" ? [place] : pathsIn(item, rest.slice(3)).map((inner) => `${place}.${inner}`);
  });
}
