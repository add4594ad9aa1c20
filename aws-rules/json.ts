/** An object that came as JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** The objects in a list; none where there is no list. */
export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((one): one is Json => typeof one === "object" && one !== null) : [];
}

/** The texts in a list; none where there is no list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The text, or none. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
