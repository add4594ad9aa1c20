import fc from "fast-check";

/** Runs of a property that takes next to no time. A failing one prints its seed and path. */
export const many = { numRuns: 500 };

const removed = Symbol("removed");

/** A sound JSON value with one, two or three places in it replaced by any other JSON value, or gone. */
export function mutated<T>(sound: T): fc.Arbitrary<unknown> {
  const replacement = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(removed), fc.constant("__proto__"));
  const change = fc.tuple(fc.array(fc.nat(), { maxLength: 7 }), replacement);
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((value: unknown, [path, to]) => replaced(value, path, to), sound));
}

/** What may be in a file instead of `text`: anything, or the text with a part of it lost or repeated. */
export function garbled(text: string): fc.Arbitrary<string> {
  const cut = fc
    .tuple(fc.nat(text.length), fc.nat(text.length))
    .map(([from, to]) => text.slice(0, from) + text.slice(to));
  return fc.oneof(fc.string(), fc.string({ unit: "binary" }), cut);
}

function replaced(value: unknown, [step, ...path]: readonly number[], to: unknown): unknown {
  if (step === undefined || typeof value !== "object" || value === null) return to === removed ? null : to;
  const keys = Object.keys(value);
  if (keys.length === 0) return to === removed ? null : to;
  const key = keys[step % keys.length]!;
  const inner = (value as Record<string, unknown>)[key];
  const next = path.length === 0 ? to : replaced(inner, path, to);
  if (Array.isArray(value))
    return value.flatMap((one: unknown, index) => (String(index) !== key ? [one] : next === removed ? [] : [next]));
  const rest = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return next === removed ? rest : { ...rest, [key]: next };
}
