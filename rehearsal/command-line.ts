import { parseArgs } from "node:util";

/** Options by name: whether a value follows, and a short form. */
export type Specification = Readonly<Record<string, { readonly type: "string" | "boolean"; readonly short?: string }>>;

export interface Range {
  readonly least: number;
  readonly most: number;
  /** Without the option. */
  readonly fallback: number;
  /** @default false */
  readonly whole?: boolean;
}

/** Everything that is wrong with a command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /** @param usage what to do about it, for people */
  constructor(
    readonly mistakes: readonly string[],
    usage: string,
  ) {
    const count = mistakes.length === 1 ? "A mistake" : `${mistakes.length} mistakes`;
    const list = mistakes.map((mistake) => `  ${mistake}`).join("\n");
    super(`${count} on the command line:\n${list}\n${usage}`);
  }
}

/** What stands on a command line, read so that every mistake is found before one is told. */
export class CommandLine {
  private readonly given = new Map<string, string | undefined>();
  private readonly mistakes: string[] = [];

  /** @param argv the arguments after the program's name */
  constructor(argv: readonly string[], specification: Specification) {
    // Not strict, since that would end at the first mistake.
    const { tokens } = parseArgs({ args: [...argv], options: specification, strict: false, tokens: true });
    for (const token of tokens) {
      if (token.kind === "positional") this.mistakes.push(`${token.value}: expected an option, which begins with --`);
      if (token.kind !== "option") continue;
      const { name, rawName, value } = token;
      const type = Object.hasOwn(specification, name) ? specification[name]?.type : undefined;
      if (type === undefined) this.mistakes.push(`${rawName}: there is no such option`);
      else if (this.given.has(name)) this.mistakes.push(`${rawName}: expected once, given again`);
      else if (type === "string" && !value) this.mistakes.push(`${rawName}: expected a value after it`);
      else if (type === "boolean" && value) this.mistakes.push(`${rawName}: expected no value, got ${value}`);
      this.given.set(name, value || undefined);
    }
  }

  has(name: string): boolean {
    return this.given.has(name);
  }

  text(name: string): string | undefined {
    return this.given.get(name);
  }

  /** The option's value is not what was expected. */
  wrong(name: string, expected: string): void {
    this.mistakes.push(`--${name}: expected ${expected}, got ${JSON.stringify(this.text(name))}`);
  }

  number(name: string, { least, most, fallback, whole = false }: Range): number {
    const text = this.text(name) ?? String(fallback);
    const isNumber = (whole ? /^\d+$/ : /^\d+(\.\d+)?$/).test(text);
    if (!isNumber || Number(text) < least || Number(text) > most)
      this.wrong(name, `a ${whole ? "whole " : ""}number from ${least} to ${most}`);
    return Number(text);
  }

  /** One of a few words; undefined without the option. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text !== undefined && !choices.some((one) => one === text))
      this.wrong(name, choices.map((one) => JSON.stringify(one)).join(" or "));
    return text as T | undefined;
  }

  /** @throws UsageError if there was a mistake */
  refuseMistakes(usage: string): void {
    if (this.mistakes.length > 0) throw new UsageError(this.mistakes, usage);
  }
}
