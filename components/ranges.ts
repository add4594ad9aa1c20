import type { Problem } from "./problems";

/** The least and the greatest value of whole numbers. */
export type Ranges<T> = Partial<Readonly<Record<keyof T, readonly [number, number]>>>;

/** TCP's. */
export const ports = [1, 65_535] as const;

/** Names each number of `values` that is no whole number in its range. @param path what the values are fields of; empty for none */
export function rangeProblems<T extends object>(path: string, values: T, ranges: Ranges<T>): Problem[] {
  return Object.entries(ranges as Record<string, readonly [number, number]>).flatMap(([key, [least, most]]) => {
    const value = (values as Record<string, number | undefined>)[key];
    if (value === undefined) return [];
    if (Number.isInteger(value) && value >= least && value <= most) return [];
    const expected = most === Infinity ? `a whole number from ${least}` : `${least} to ${most}`;
    return [{ path: path ? `${path}.${key}` : key, message: `is ${value}; expected ${expected}.` }];
  });
}
