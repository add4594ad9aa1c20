import * as pulumi from "@pulumi/pulumi";
import { strFromU8, unzipSync } from "fflate";
import type { SecretTexts } from "../hooks/secret-texts";

/**
 * Has Pulumi encrypt every input of the stack's resources in which a secret appears, whichever component makes the resource.
 * A component that a provider makes (awsx's network) is left out: it decides by plain values only.
 */
export function encryptInputs(secrets: SecretTexts): void {
  if (secrets.isEmpty) return;
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type.startsWith("awsx:") ? undefined : { props: encrypted(props, secrets) as pulumi.Inputs, opts },
  );
}

/** The output, as a secret where a secret appears in it. */
export function encryptedOutput<T>(value: pulumi.Input<T>, secrets: SecretTexts): pulumi.Output<T> {
  return pulumi
    .output(value)
    .apply((known) => (contains(known, secrets) ? pulumi.secret(known) : known)) as pulumi.Output<T>;
}

/** The value with each part of it as a secret in which a secret appears. */
function encrypted(value: unknown, secrets: SecretTexts): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return encryptedOutput(value, secrets);
  if (Array.isArray(value)) return value.map((item) => encrypted(item, secrets));
  if (!isRecord(value)) return contains(value, secrets) ? pulumi.secret(value) : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encrypted(item, secrets)]));
}

function contains(value: unknown, secrets: SecretTexts): boolean {
  if (typeof value === "number") return secrets.isIn(String(value));
  if (typeof value === "string") return secrets.isIn(value) || partsOf(value).some((part) => contains(part, secrets));
  if (Array.isArray(value)) return value.some((item) => contains(item, secrets));
  return isRecord(value) && Object.values(value).some((item) => contains(item, secrets));
}

/** What a text is made of: the value that it is the JSON of, or the files of a zip in base64. */
function partsOf(text: string): unknown[] {
  if (text.startsWith("UEsDB"))
    return Object.values(unzipSync(Buffer.from(text, "base64"))).map((file) => strFromU8(file));
  if (!/^\s*[[{]/.test(text)) return [];
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
