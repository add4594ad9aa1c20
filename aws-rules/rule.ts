/** What AWS takes in a field that holds text. */
export interface TextRule {
  /** Where AWS says so. */
  readonly source: string;
  /** What the value must be, as a message ends with it. */
  readonly expected: string;
  readonly pattern: RegExp;
  /** Fewest characters. */
  readonly least: number;
  /** Most characters. */
  readonly most: number;
  /** Why a value that fits the pattern is refused all the same; undefined where it is not. */
  readonly refuses?: (value: string) => string | undefined;
  /** The value may be a secret, so no message repeats it. @default false */
  readonly confidential?: boolean;
}

/** What AWS takes in a field that holds a number, or how many entries a list may have. */
export interface NumberRule {
  readonly source: string;
  readonly least: number;
  readonly most: number;
  /** @default true */
  readonly whole?: boolean;
}

/** What is wrong with the text, as a sentence without its subject; undefined where nothing is. */
export function textMistake(rule: TextRule, value: string): string | undefined {
  const { expected, pattern, least, most, confidential = false } = rule;
  const { length } = value;
  if (length > most) return `has ${length} characters; expected at most ${most}. Shorten it.`;
  if (length === 0 && least > 0) return `is empty; expected ${expected}.`;
  if (length < least) return `has ${length} characters; expected at least ${least}.`;
  const reason = pattern.test(value) ? rule.refuses?.(value) : `expected ${expected}.`;
  if (reason === undefined) return undefined;
  return confidential ? `is not allowed; ${reason}` : `is "${value}"; ${reason}`;
}

/** What is wrong with the number, likewise. */
export function numberMistake({ least, most, whole = true }: NumberRule, value: number): string | undefined {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return undefined;
  const kind = !whole ? "a number " : Number.isInteger(value) && most < Infinity ? "" : "a whole number ";
  const range = most === Infinity ? `from ${least}` : `${kind ? "from " : ""}${least} to ${most}`;
  return `is ${value}; expected ${kind}${range}.`;
}

/** A number that has no upper limit. */
export function from(least: number, source: string): NumberRule {
  return { source, least, most: Infinity };
}

/** @param least the smallest that AWS takes, and `most` the greatest */
export function between(least: number, most: number, source: string): NumberRule {
  return { source, least, most };
}
