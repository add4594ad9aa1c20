/** What a JSON value should be; a member of an object may be missing. */
export type Shape = "string" | "number" | readonly [Shape] | { readonly [member: string]: Shape };

/** Every place of `value` that is something else than it should be. */
export function misshapen(value: unknown, shape: Shape, place = "the whole"): string[] {
  if (value === undefined) return [];
  if (typeof shape === "string") return typeof value === shape ? [] : [`${place} must be a ${shape}`];
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${place} must be a list`];
    return value.flatMap((one, index) => misshapen(one, shape[0], `${place}[${index}]`));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${place} must be an object`];
  const members = value as Record<string, unknown>;
  const inner = (member: string) => (place === "the whole" ? member : `${place}.${member}`);
  return Object.entries(shape).flatMap(([member, one]) => misshapen(members[member], one, inner(member)));
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
