import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const price = z.strictObject({
  usd: z.number().positive(),
  /** A key of `sources`. */
  source: z.string(),
  /** Whether no source states the figure for the region. */
  unsure: z.boolean().default(false),
});

const regionPrices = z.strictObject({
  fargateVcpuHour: price,
  fargateGbHour: price,
  fargateArmVcpuHour: price,
  fargateArmGbHour: price,
  /** Beyond the 20 GiB that each task has. */
  fargateStorageGbHour: price,
  /** What a task on Spot costs of the regular price. */
  fargateSpotShare: price,
  loadBalancerHour: price,
  loadBalancerCapacityUnitHour: price,
  publicIpv4Hour: price,
  natGatewayHour: price,
  natGatewayGb: price,
  vpcEndpointHour: price,
  vpcEndpointGb: price,
  alarmMetricMonth: price,
  customMetricMonth: price,
  logsGb: price,
  kmsKeyMonth: price,
  imageGbMonth: price,
  pipelineMinute: price,
  buildMinute: price,
  buildArmMinute: price,
  /** What CodePipeline runs an action of Inspector on; AWS names no machine, so it is that of a small build. */
  managedComputeMinute: price,
});

const table = z.strictObject({
  /** Year and month that most of the prices were last read in. */
  asOf: z.string().regex(/^\d{4}-\d{2}$/),
  sources: z.record(z.string(), z.string()),
  regions: z.record(z.string(), regionPrices),
  /** What no resource tells: how much it is used, a month. */
  usage: z.strictObject({
    loadBalancerCapacityUnits: z.number(),
    gbThroughNatOrEndpoints: z.number(),
    logGb: z.number(),
    imageGb: z.number(),
    releases: z.number(),
    pipelineMinutesARelease: z.number(),
    buildMinutesARelease: z.number(),
    testMinutesARelease: z.number(),
    sbomMinutesARelease: z.number(),
  }),
});

export type Price = z.output<typeof price>;
export type Prices = z.output<typeof regionPrices>;
export type PriceTable = z.output<typeof table>;
export type Usage = PriceTable["usage"];

/** The price table of this folder, USD before tax and without free tiers. */
export function readPrices(): PriceTable {
  return table.parse(JSON.parse(readFileSync(join(__dirname, "prices.json"), "utf8")));
}

/** @throws Error naming the regions that there are prices of */
export function pricesOf({ regions }: PriceTable, region: string): Prices {
  const prices = regions[region];
  if (prices) return prices;
  throw new Error(`cost/prices.json has no prices of ${region}; it has those of ${Object.keys(regions).join(" and ")}`);
}
