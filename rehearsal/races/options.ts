import { CommandLine } from "../command-line";
import type { Controller } from "../faults/stage";

export interface RacesOptions {
  /** On each controller. */
  readonly rounds: number;
  /** The first round's; each further round's is one more. */
  readonly seed: number;
  readonly controllers: readonly Controller[];
}

const controllers: readonly Controller[] = ["CODE_DEPLOY", "ECS"];

const usage =
  "Usage: npm run races -- [--rounds N on each controller (default 30)] [--seed N (default: another one each time)]" +
  " [--controller CODE_DEPLOY|ECS (default: both)]";

/** @throws UsageError that names every mistake */
export function parseRacesOptions(argv: readonly string[]): RacesOptions {
  const option = { type: "string" } as const;
  const line = new CommandLine(argv, { rounds: option, seed: option, controller: option });
  const only = line.choice("controller", controllers);
  const options = {
    rounds: line.number("rounds", { least: 1, most: 100_000, fallback: 30, whole: true }),
    seed: line.number("seed", { least: 0, most: 999_999_999, fallback: Date.now() % 1_000_000, whole: true }),
    controllers: only ? [only] : controllers,
  };
  line.refuseMistakes(usage);
  return options;
}
