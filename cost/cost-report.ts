import { join } from "node:path";
import { InvalidInput } from "../components/problems";
import { evaluateStack, type Graph } from "../rehearsal/graph/evaluate";
import { type Estimate, estimate } from "./estimate";
import { options } from "./options";
import { type PriceTable, pricesOf, readPrices } from "./prices";
import { report, type Saving } from "./report";

type Outcome = Omit<Saving, "name">;

const directory = join(__dirname, "..");

interface ReportOptions {
  /** @default the prices of this repository */
  readonly table?: PriceTable;
  /** Folder of Pulumi.yaml and the stack files. @default the program's */
  readonly stacksDirectory?: string;
}

/**
 * What a month of a stack costs, and what its options would save: its graph, and its graph with each of them.
 *
 * @throws Error when there is no such stack, its settings are wrong, or its region has no prices here
 */
export async function costReport(
  stack: string,
  { table = readPrices(), stacksDirectory = directory }: ReportOptions = {},
): Promise<string> {
  const program = { directory, stacksDirectory, stack };
  const graph = await evaluateStack(program);
  const region = regionOf(graph);
  const now = estimateOf(graph, table, region);
  const savings: Saving[] = [];
  for (const { name, settings } of options(graph)) {
    // One after the other: Pulumi's mocks are one for a process.
    const outcome = await evaluateStack({ ...program, overrides: settings }).then(
      (changed) => difference(now, estimateOf(changed, table, region)),
      whyNot,
    );
    savings.push({ name, ...outcome });
  }
  return report({ stack, region, table, estimate: now, savings });
}

function estimateOf({ recorder }: Graph, table: PriceTable, region: string): Estimate {
  return estimate(recorder, pricesOf(table, region), table.usage);
}

function regionOf({ config }: Graph): string {
  const region = config["aws:region"];
  if (region !== undefined) return region;
  throw new Error("the stack's file names no aws:region, which prices depend on");
}

/** What is saved; it is not sure where a price is not that only the changed stack has. */
function difference(now: Estimate, changed: Estimate): Outcome {
  const unsureNow = new Set(now.lines.filter(({ unsure }) => unsure).map(({ what }) => what));
  return {
    usd: now.usd - changed.usd,
    unsure: changed.lines.some(({ unsure, what }) => unsure && !unsureNow.has(what)),
  };
}

/** Settings that do not go together; anything else is an error. */
function whyNot(error: unknown): Outcome {
  if (!(error instanceof InvalidInput)) throw error;
  return { usd: error.problems.map(({ path, message }) => `${path}: ${message}`).join("; "), unsure: false };
}
