import { CommandLine } from "../command-line";

export interface SoakOptions {
  /** Production requests in all, at least. */
  readonly requests: number;
  readonly ratePerSecond: number;
}

const usage = "Usage: npm run soak -- [--requests N (default 1000000)] [--rate N a second (default 1200)]";

/** @throws UsageError that names every mistake */
export function parseSoakOptions(argv: readonly string[]): SoakOptions {
  const option = { type: "string" } as const;
  const line = new CommandLine(argv, { requests: option, rate: option });
  const options = {
    requests: line.number("requests", { least: 1, most: 999_999_999, fallback: 1_000_000, whole: true }),
    ratePerSecond: line.number("rate", { least: 1, most: 100_000, fallback: 1_200, whole: true }),
  };
  line.refuseMistakes(usage);
  return options;
}
