import { parseArgs } from "node:util";
import { meantCommand } from "./kept-by-npm";

/** An option: whether a value follows, a short form, and whether it may be given more than once. */
interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** @default false */
  readonly multiple?: boolean;
}

/** Options by name. */
export type Specification = Readonly<Record<string, Option>>;

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
  private readonly given = new Map<string, string[]>();
  private readonly mistakes: string[] = [];

  /**
   * @param argv the arguments after the program's name
   * @param environment with npm's variables, if npm started the program
   */
  constructor(argv: readonly string[], specification: Specification, environment: NodeJS.ProcessEnv = process.env) {
    const meant = meantCommand(argv, specification, environment);
    if (meant !== undefined) {
      this.mistakes.push(`npm kept the options that stand before "--" for itself. Write: ${meant}`);
      return;
    }
    // Not strict, since that would end at the first mistake.
    const { tokens } = parseArgs({ args: [...argv], options: specification, strict: false, tokens: true });
    for (const token of tokens) {
      if (token.kind === "positional") this.mistakes.push(`${token.value}: expected an option, which begins with --`);
      if (token.kind !== "option") continue;
      const { name, rawName, value } = token;
      const option = Object.hasOwn(specification, name) ? specification[name] : undefined;
      const { type, multiple = false } = option ?? {};
      if (type === undefined) this.mistakes.push(`${rawName}: there is no such option`);
      else if (this.given.has(name) && !multiple) this.mistakes.push(`${rawName}: expected once, given again`);
      else if (type === "string" && !value) this.mistakes.push(`${rawName}: expected a value after it`);
      else if (type === "boolean" && value) this.mistakes.push(`${rawName}: expected no value, got ${value}`);
      this.given.set(name, [...(this.given.get(name) ?? []), ...(value ? [value] : [])]);
    }
  }

  has(name: string): boolean {
    return this.given.has(name);
  }

  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  /** Every value of an option that may be given more than once. */
  texts(name: string): readonly string[] {
    return this.given.get(name) ?? [];
  }

  /** The option's value is not what was expected. */
  wrong(name: string, expected: string, got = this.text(name)): void {
    this.mistakes.push(`--${name}: expected ${expected}, got ${JSON.stringify(got)}`);
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
