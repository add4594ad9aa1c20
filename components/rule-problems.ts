import { type NumberRule, numberMistake, type TextRule, textMistake } from "../aws-rules";
import type { Problem } from "./problems";

/** AWS's rules for fields that hold numbers. */
export type Ranges<T> = Partial<Readonly<Record<keyof T, NumberRule>>>;
/** AWS's rules for fields that hold text. */
export type Texts<T> = Partial<Readonly<Record<keyof T, TextRule>>>;

/** Names each number of `values` that AWS does not take. @param path what the values are fields of; empty for none */
export function rangeProblems<T extends object>(path: string, values: T, ranges: Ranges<T>): Problem[] {
  return Object.entries(ranges as Record<string, NumberRule>).flatMap(([key, rule]) => {
    const value = (values as Record<string, unknown>)[key];
    return typeof value === "number" ? problem(join(path, key), numberMistake(rule, value)) : [];
  });
}

/** Names each text of `values` that AWS does not take. What is an output is known only later, and not judged here. */
export function textProblems<T extends object>(path: string, values: T, texts: Texts<T>): Problem[] {
  return Object.entries(texts as Record<string, TextRule>).flatMap(([key, rule]) =>
    textProblem(join(path, key), (values as Record<string, unknown>)[key], rule),
  );
}

/** The same of one value. */
export function textProblem(path: string, value: unknown, rule: TextRule): Problem[] {
  return typeof value === "string" ? problem(path, textMistake(rule, value)) : [];
}

/** The same of a list, entry by entry. */
export function listProblems(path: string, values: readonly unknown[] | undefined, rule: TextRule): Problem[] {
  return (values ?? []).flatMap((value, index) => textProblem(`${path}[${index}]`, value, rule));
}

function problem(path: string, message: string | undefined): Problem[] {
  return message === undefined ? [] : [{ path, message }];
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
