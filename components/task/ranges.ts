import type { Problem } from "../problems";

/** The least and the greatest value of whole numbers. */
export type Ranges<T> = Partial<Readonly<Record<keyof T, readonly [number, number]>>>;

/** Names each number of `values` that is no whole number in its range. */
export function rangeProblems<T extends object>(path: string, values: T, ranges: Ranges<T>): Problem[] {
  return Object.entries(ranges as Record<string, readonly [number, number]>).flatMap(([key, [least, most]]) => {
    const value = (values as Record<string, number | undefined>)[key];
    if (value === undefined) return [];
    if (Number.isInteger(value) && value >= least && value <= most) return [];
    return [{ path: `${path}.${key}`, message: `is ${value}; expected ${least} to ${most}.` }];
  });
}
