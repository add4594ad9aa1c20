import { runtime } from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isDeepStrictEqual } from "node:util";

export type Values = Record<string, unknown>;

/** What the engine sends in place of a value that no preview can know. */
export const unknownValue = runtime.unknownValue;

export function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function without(values: Values, ...keys: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}

export function containsUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isValues(value) && Object.values(value).some(containsUnknown);
}

/** Whether `actual` has everything that `wanted` asks for; AWS adds defaults of its own to what it was given. */
export function covers(actual: unknown, wanted: unknown): boolean {
  // The engine sends an archive's contents where they are news, and only their hash where they are not.
  if (isArchive(actual) && isArchive(wanted)) return actual.hash === wanted.hash;
  if (isValues(actual) && isValues(wanted)) {
    return Object.entries(wanted).every(([key, value]) => covers(actual[key], value));
  }
  if (Array.isArray(actual) && Array.isArray(wanted)) {
    return actual.length === wanted.length && wanted.every((value, index) => covers(actual[index], value));
  }
  return isDeepStrictEqual(actual, wanted);
}

function isArchive(value: unknown): value is { readonly hash: string } {
  return isValues(value) && value[runtime.specialSigKey] === runtime.specialArchiveSig;
}

export function valuesOf(struct: Struct | undefined): Values {
  return struct?.toJavaScript() ?? {};
}

export function structOf(values: Values): Struct {
  // JSON leaves out what is undefined; a Struct would refuse it.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Parameters<typeof Struct.fromJavaScript>[0]);
}
