import { type CloudFormationResource, notYetKnown } from "./schemas";
import { capitalized } from "./shapes";
import { isValues, unknownValue, type Values } from "./values";

export type Translate = (inputs: Values) => CloudFormationResource;

interface Rules {
  /** CloudFormation's name for a property, where it is more than a capital letter; undefined leaves it out. */
  readonly names?: Readonly<Record<string, string | undefined>>;
  /** A property's value in CloudFormation's shape. */
  readonly shapes?: Readonly<Record<string, (value: unknown) => unknown>>;
  /** What becomes of properties that are one there and another here. */
  readonly also?: (inputs: Values) => Values;
}

/** JSON as what it says; what is unknown or not given stays so. */
export const parsed = (text: unknown) =>
  typeof text === "string" && text !== unknownValue ? (JSON.parse(text) as unknown) : text;
export const attributes = (values: Values) =>
  Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ Key: key, Value: typeof value === "string" ? value : JSON.stringify(value) }],
  );

/** The properties of a type by the same names, or by those that `names` gives. */
export function as(type: string, { names = {}, shapes = {}, also }: Rules): Translate {
  return (inputs) => {
    const entries = Object.entries(inputs).flatMap(([key, value]) => {
      const name = key in names ? names[key] : key[0]!.toUpperCase() + key.slice(1);
      if (name === undefined) return [];
      return [[name, value === unknownValue ? value : (shapes[key] ?? capitalized)(value)]];
    });
    return { type, properties: known({ ...Object.fromEntries(entries), ...also?.(inputs) } as Values) };
  };
}

/** Puts CloudFormation's reference in the place of each value that a preview does not know. */
export function known<T>(value: T): T {
  if (value === unknownValue) return notYetKnown as T;
  if (Array.isArray(value)) return value.map(known) as T;
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item)])) as T;
}
