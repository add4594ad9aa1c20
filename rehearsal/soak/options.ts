import { parseArgs } from "node:util";

export interface SoakOptions {
  /** Production requests in all, at least. */
  readonly requests: number;
  readonly ratePerSecond: number;
}

const usage = "Usage: npm run soak -- [--requests N (default 1000000)] [--rate N a second (default 1200)]";

/** @throws Error that says what is wrong and how it is used */
export function parseSoakOptions(argv: readonly string[]): SoakOptions {
  const option = { type: "string" } as const;
  const { values } = parseArgs({ args: [...argv], options: { requests: option, rate: option } });
  const number = (name: keyof typeof values, fallback: number): number => {
    const text = values[name] ?? String(fallback);
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new Error(`--${name}: expected a whole number from 1 on, got ${JSON.stringify(text)}\n${usage}`);
  };
  return { requests: number("requests", 1_000_000), ratePerSecond: number("rate", 1_200) };
}
