/** Shorter texts, such as `/` or `GET`, are too common to be found inside others. */
const shortestPart = 4;
/** What stands in a text in a secret's place. */
export const secretMark = "[secret]";

/** Texts that must not be shown. */
export class SecretTexts {
  private readonly whole: ReadonlySet<string>;
  /** Longest first, so that a text within another leaves nothing of the longer one. */
  private readonly parts: readonly string[];

  /** @param values every text and number in them is secret; field names are not */
  constructor(values: readonly unknown[]) {
    this.whole = new Set(values.flatMap(leaves));
    const parts = [...this.whole].filter((text) => text.length >= shortestPart);
    // As they are written in JSON, too.
    const written = parts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
    this.parts = [...new Set(written)].sort((a, b) => b.length - a.length);
  }

  get isEmpty(): boolean {
    return this.whole.size === 0;
  }

  /** Whether the text is a secret, or contains one of at least four characters. */
  isIn(text: string): boolean {
    return this.whole.has(text) || this.parts.some((part) => text.includes(part));
  }

  /** The text without the secrets that it contains. */
  hide(text: string): string {
    return this.parts.reduce((shown, part) => shown.replaceAll(part, secretMark), text);
  }

  /** The same, also of secrets that are shorter, where they stand alone. */
  hideWords(text: string): string {
    const words = [...this.whole].filter((word) => word.length < shortestPart);
    return words.reduce((shown, word) => shown.replace(alone(word), secretMark), this.hide(text));
  }

  /** The same value with no secret in any of its texts. */
  hideAll<T>(value: T): T {
    if (typeof value === "string") return this.hide(value) as T;
    if (Array.isArray(value)) return value.map((item: unknown) => this.hideAll(item)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.hideAll(item as unknown)])) as T;
  }
}

function alone(word: string): RegExp {
  return new RegExp(`(?<![\\w.-])${word.replace(/[^\w]/g, "\\$&")}(?![\\w-]|\\.\\w)`, "g");
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leaves);
}
