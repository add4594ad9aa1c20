import * as pulumi from "@pulumi/pulumi";
import { unzipSync } from "fflate";
import { evaluateStack } from "../../../rehearsal/graph/evaluate";
import { namedBy } from "../cloud/resource-types";
import { isValues, type Values, without } from "../cloud/values";
import type { Stack } from "./stack";

interface Described {
  readonly type: string;
  readonly urn: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly id?: string;
}

/** The custom resources that mocks record of a stack's program, which the rehearsal performs. */
export async function graphUnderMocks({ directory, name }: Stack): Promise<Described[]> {
  const cwd = process.cwd();
  // As under the engine, paths in the settings are the project's.
  process.chdir(directory);
  try {
    const { recorder } = await evaluateStack({ directory, stack: name });
    return recorder.resources.filter(({ custom }) => custom);
  } finally {
    process.chdir(cwd);
  }
}

/**
 * Inputs by type and name, with each generated name, id or address replaced by whose it is, so that two runs in two
 * accounts can be compared. Left out is what only an engine adds: generated names themselves, and the parts of awsx's Vpc.
 */
export function normalized(resources: readonly Described[]): Record<string, unknown> {
  const generated = new Map<string, string>();
  // Several resources may share an id, as a bucket and its policy do; whose it is must not hang on who was registered first.
  for (const { type, urn, id, outputs = {} } of resources.filter(isCompared).sort(byTypeLastFirst)) {
    const owner = `${type}/${nameOf(urn)}`;
    const facts = { id, ...outputs } as Record<string, unknown>;
    for (const key of ["id", "name", "bucket", "arn", "arnSuffix", "dnsName", "repositoryUrl", "repoDigest"]) {
      const value = facts[key];
      // A name without digits of its own is the program's.
      if (typeof value === "string" && /[0-9a-f]{7}/.test(value)) generated.set(value, `<${owner}>`);
    }
  }
  // The longest first: an ARN holds a name.
  const known = [...generated].sort(([one], [other]) => other.length - one.length);
  return Object.fromEntries(
    resources.filter(isCompared).map(({ type, urn, inputs = {} }) => {
      const given = Object.entries(inputs).filter(([key]) => key !== namedBy(type));
      return [`${type}/${nameOf(urn)}`, plain(Object.fromEntries(given), known)];
    }),
  );
}

function byTypeLastFirst(one: Described, other: Described): number {
  return `${other.type}/${nameOf(other.urn)}`.localeCompare(`${one.type}/${nameOf(one.urn)}`);
}

/** The parts of awsx's Vpc are the provider's, and mocks know nothing of them. */
function isCompared({ type }: Described): boolean {
  return type !== "aws:ec2/vpc:Vpc" && type !== "aws:ec2/subnet:Subnet";
}

function plain(value: unknown, known: readonly (readonly [string, string])[]): unknown {
  if (typeof value === "string") return readable(value, known);
  if (Array.isArray(value)) return value.map((item) => plain(item, known));
  if (!isValues(value)) return value;
  if (pulumi.asset.Archive.isInstance(value)) return "<archive>";
  const { [pulumi.runtime.specialSigKey]: signature, plaintext, ...rest } = value as Values;
  if (signature === pulumi.runtime.specialArchiveSig) return "<archive>";
  if (signature === pulumi.runtime.specialSecretSig) return plain(JSON.parse(String(plaintext)), known);
  // The provider adds it in its Check.
  const given = without(rest, "contextDigest");
  return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, plain(item, known)]));
}

function readable(text: string, known: readonly (readonly [string, string])[]): unknown {
  const zip = Buffer.from(text, "base64");
  if (zip.subarray(0, 2).toString() === "PK") {
    const files = Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
    return plain(Object.fromEntries(files), known);
  }
  const named = known.reduce((it, [value, owner]) => it.replaceAll(value, owner), text);
  // Ids of awsx's making.
  return named
    .replaceAll(/\b(vpc|subnet)-[0-9a-z]+/g, "<$1>")
    .replaceAll(/sha256:[0-9a-f]{64}/g, "<digest>")
    .replaceAll(/_[0-9a-f]{16}(?=\.)/g, "<validation>");
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
