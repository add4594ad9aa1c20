import { join } from "node:path";
import { InvalidInput } from "../components/problems";
import { evaluateStack, type Graph } from "../rehearsal/graph/evaluate";
import { type Estimate, estimate } from "./estimate";
import { options } from "./options";
import { type PriceTable, pricesOf, readPrices } from "./prices";
import { report, type Saving } from "./report";

const directory = join(__dirname, "..");

/**
 * What a month of a stack costs, and what its options would save: its graph, and its graph with each of them.
 *
 * @throws Error when there is no such stack, its settings are wrong, or its region has no prices here
 */
export async function costReport(stack: string, table: PriceTable = readPrices()): Promise<string> {
  const graph = await evaluateStack({ directory, stack });
  const region = regionOf(graph);
  const now = estimateOf(graph, table, region);
  const savings: Saving[] = [];
  for (const { name, settings } of options(graph)) {
    // One after the other: Pulumi's mocks are one for a process.
    const usd = await evaluateStack({ directory, stack, overrides: settings }).then(
      (changed) => now.usd - estimateOf(changed, table, region).usd,
      whyNot,
    );
    savings.push({ name, usd });
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

/** Settings that do not go together; anything else is an error. */
function whyNot(error: unknown): string {
  if (!(error instanceof InvalidInput)) throw error;
  return error.problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
}
