import { CommandLine } from "../command-line";
import { type Strategy, strategies } from "../faults/strategies";

export interface SoakOptions {
  /** Production requests in all, at least. */
  readonly requests: number;
  readonly ratePerSecond: number;
  /** The ways to shift traffic that share the requests. */
  readonly strategies: readonly Strategy[];
}

const usage =
  "Usage: npm run soak -- [--requests N (default 1000000)] [--rate N a second (default 1200)] [--strategy NAME (default: all)]";

/** @throws UsageError that names every mistake */
export function parseSoakOptions(argv: readonly string[]): SoakOptions {
  const option = { type: "string" } as const;
  const line = new CommandLine(argv, { requests: option, rate: option, strategy: option });
  const names = strategies.map(({ name }) => name);
  const only = line.choice("strategy", names);
  const options = {
    requests: line.number("requests", { least: 1, most: 999_999_999, fallback: 1_000_000, whole: true }),
    ratePerSecond: line.number("rate", { least: 1, most: 100_000, fallback: 1_200, whole: true }),
    strategies: strategies.filter(({ name }) => only === undefined || name === only),
  };
  line.refuseMistakes(usage);
  return options;
}
