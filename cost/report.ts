import type { Estimate } from "./estimate";
import type { PriceTable, Usage } from "./prices";

export interface Saving {
  readonly name: string;
  /** USD a month less, or more if below 0; or why the stack cannot be set so. */
  readonly usd: number | string;
  readonly unsure: boolean;
}

export interface Report {
  readonly stack: string;
  readonly region: string;
  readonly table: PriceTable;
  readonly estimate: Estimate;
  readonly savings: readonly Saving[];
}

/** The whole report, as plain text. */
export function report({ stack, region, table, estimate, savings }: Report): string {
  const { lines, usd, unknownTypes } = estimate;
  const rows = lines.map((line) => [
    line.resource,
    line.what,
    `${number(line.quantity)} ${line.unit}`,
    `${line.unsure ? "~" : ""}${Number(line.unitUsd.toPrecision(4))}`,
    money(line.usd),
  ]);
  const sources = new Set(lines.map(({ price }) => table.regions[region]![price].source));
  return [
    `Stack ${stack} in ${region}: USD a month of 730 hours, at prices of ${table.asOf}; ~ is not sure`,
    "",
    ...columns([["resource", "what", "quantity", "price", "USD"], ...rows, ["total", "", "", "", money(usd)]], 2),
    ...(unknownTypes.length > 0 ? ["", `Of unknown cost, and not in it: ${unknownTypes.join(", ")}`] : []),
    "",
    "What each option by itself would save, by evaluating the stack again with it:",
    ...(savings.length > 0 ? columns(savings.map(savingRow), 1, 2) : ["  nothing is left to change"]),
    "",
    "Assumed a month, in cost/prices.json:",
    ...assumptions(table.usage).map((assumption) => `  ${assumption}`),
    "",
    "Not in it: traffic to the internet and between zones; requests to S3, Lambda, SNS and KMS; what",
    "buckets hold, access logs too; logs once they are written; metrics and traces that an app sends;",
    "what Inspector takes for looking into an image; green beside blue during a release; tasks beyond",
    "autoscaling's fewest; what was there before the stack; tax, free tiers and discounts.",
    "",
    "Prices: cost/prices.json, from",
    ...[...sources].map((source) => `  ${table.sources[source]}`),
    "",
  ].join("\n");
}

function savingRow({ name, usd, unsure }: Saving): string[] {
  if (typeof usd === "string") return [name, "", `not as the stack is: ${usd}`];
  const amount = money(Math.abs(usd));
  return [name, `${unsure ? "~" : ""}${amount}`, amount === "0.00" ? "the same" : usd > 0 ? "less" : "more"];
}

function assumptions(usage: Usage): string[] {
  return [
    `capacity units of the load balancer: ${usage.loadBalancerCapacityUnits}, all the time`,
    `through NAT or endpoints: ${usage.gbThroughNatOrEndpoints} GB`,
    `logs: ${usage.logGb} GB; images: ${usage.imageGb} GB`,
    `releases: ${usage.releases}, each with ${usage.pipelineMinutesARelease} minutes of the pipeline's actions, ${usage.buildMinutesARelease} of a build,`,
    `  ${usage.testMinutesARelease} of tests, where there are any, and ${usage.sbomMinutesARelease} of writing a bill of materials, where one is written`,
  ];
}

/** Rows as columns; those from `right` to before `left` are aligned at their ends. */
function columns(rows: readonly (readonly string[])[], right: number, left = Infinity): string[] {
  const widths = rows[0]!.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index >= right && index < left ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
      )
      .join("  ")
      .trimEnd(),
  );
}

function money(usd: number): string {
  return usd.toFixed(2);
}

function number(quantity: number): string {
  return String(Number(quantity.toFixed(1)));
}
