import assert from "node:assert/strict";
import { costReport } from "../cost/cost-report";
import { estimate, type Line } from "../cost/estimate";
import { spotShare } from "../cost/fargate";
import { options } from "../cost/options";
import { type Prices, pricesOf, readPrices } from "../cost/prices";
import { averageTasks } from "../cost/schedule";
import { stacksDirectory } from "./support/checkout";
import { devGraph, type Graph, prodGraph } from "./support/graph";
import { existingNetwork } from "./support/existing-network";

const table = readPrices();

/** Prices that can be multiplied in one's head. */
const prices: Prices = {
  ...Object.fromEntries(Object.keys(pricesOf(table, "us-east-1")).map((key) => [key, sure(1)])),
  fargateVcpuHour: sure(0.04),
  fargateGbHour: sure(0.004),
  fargateArmVcpuHour: sure(0.03),
  fargateSpotShare: { ...sure(0.25), unsure: true },
  natGatewayHour: sure(0.05),
  publicIpv4Hour: sure(0.005),
} as Prices;
const usage = { ...table.usage, gbThroughNatOrEndpoints: 10 };

function sure(usd: number) {
  return { usd, source: "by hand", unsure: false };
}

function linesOf({ recorder }: Graph): readonly Line[] {
  return estimate(recorder, prices, usage).lines;
}

/** The cost of the lines whose description begins so, to the cent. */
function usdOf(graph: Graph, what: string): number {
  const usd = linesOf(graph).reduce((sum, line) => sum + (line.what.startsWith(what) ? line.usd : 0), 0);
  return Math.round(usd * 100) / 100;
}

describe("the cost of a stack", () => {
  it("is that of its tasks' CPU and memory: a quarter of a vCPU and half a GB for 730 hours in dev", async () => {
    const dev = await devGraph();
    assert.equal(usdOf(dev, "vCPU"), 7.3); // 0.25 × 730 × 0.04
    assert.equal(usdOf(dev, "memory"), 1.46); // 0.5 × 730 × 0.004
    const larger = await devGraph({ desiredCount: 3, cpu: 1024, memoryMiB: 2048, ephemeralStorageGiB: 30 });
    assert.equal(usdOf(larger, "vCPU"), 87.6); // 3 × 730 × 0.04
    assert.equal(usdOf(larger, "disk"), 21_900); // 3 × 10 × 730 × 1
  });

  it("follows the architecture of the tasks", async () => {
    const arm = await devGraph({ cpuArchitecture: "ARM64" });
    assert.equal(usdOf(arm, "vCPU, ARM"), 5.48); // 0.25 × 730 × 0.03
    assert.equal(usdOf(arm, "vCPU, x86"), 0);
    const [build] = linesOf(arm).filter(({ what }) => what === "builds");
    assert.equal(build!.price, "buildArmMinute");
  });

  it("counts the tests' minutes besides the build's, where there are tests", async () => {
    const [without, tested] = [await devGraph(), await devGraph({ tests: { command: "npm test" } })];
    assert.equal(usdOf(without, "tests"), 0);
    assert.equal(usdOf(tested, "tests"), 60); // 20 × 3 × 1
    assert.equal(usdOf(tested, "builds"), usdOf(without, "builds"));
  });

  it("counts NAT gateways and public addresses by zone", async () => {
    const prod = await prodGraph();
    assert.equal(usdOf(prod, "3 NAT gateways"), 109.5); // 3 × 730 × 0.05
    assert.equal(usdOf(prod, "NAT's public"), 10.95); // 3 × 730 × 0.005
    assert.equal(usdOf(prod, "public IPv4"), 10.95); // of the load balancer
    const dev = await devGraph();
    assert.equal(usdOf(dev, "NAT gateway"), 36.5);
    assert.equal(usdOf(dev, "through NAT"), 10);
  });

  it("counts no load balancer that was there before", async () => {
    const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
    const graph = await devGraph({ ...existingNetwork, loadBalancer: { arn } });
    assert.deepEqual([usdOf(graph, "load balancer"), usdOf(graph, "capacity units")], [0, 0]);
  });

  it("counts the endpoints of a network without NAT by zone, and no gateway endpoint, which is free", async () => {
    const graph = await devGraph({ natGateways: "none" });
    assert.equal(usdOf(graph, "NAT"), 0);
    const [line] = linesOf(graph).filter(({ price }) => price === "vpcEndpointHour");
    assert.deepEqual([line!.what, line!.quantity], ["6 endpoints, by zone", 6 * 2 * 730]);
  });

  it("counts a build's cache as one image more", async () => {
    const [plain, cached] = [await devGraph(), await devGraph({ buildCache: {} })].map((it) => usdOf(it, "images"));
    assert.equal(cached, 2 * plain!);
  });

  it("counts minutes of a machine for bills of materials, which AWS does not name, so that the price is not sure", async () => {
    const [line] = linesOf(await devGraph({ sbom: true })).filter(({ what }) => what === "bills of materials");
    assert.deepEqual(
      [line!.quantity, line!.price],
      [usage.releases * usage.sbomMinutesARelease, "managedComputeMinute"],
    );
    for (const region of Object.keys(table.regions))
      assert.equal(pricesOf(table, region).managedComputeMinute.unsure, true);
    assert.equal(usdOf(await devGraph(), "bills of materials"), 0);
  });

  it("splits tasks between Fargate and Spot by base and weight", async () => {
    const strategy = (...capacityProviderStrategies: object[]) => ({ inputs: { capacityProviderStrategies } });
    const fargate = { capacityProvider: "FARGATE", weight: 1, base: 1 };
    const spot = { capacityProvider: "FARGATE_SPOT", weight: 3 };
    assert.equal(spotShare(strategy(fargate, spot), 5), 0.6); // 3 of 5: a base of 1, and 3 of the other 4
    assert.equal(spotShare(strategy(fargate, spot), 1), 0);
    assert.equal(spotShare(strategy(), 5), 0);
    const graph = await devGraph({
      desiredCount: 2,
      capacityProviders: [
        { name: "FARGATE", weight: 0, base: 1 },
        { name: "FARGATE_SPOT", weight: 1 },
      ],
    });
    assert.equal(usdOf(graph, "vCPU, x86"), 9.13); // 7.3 and a quarter of 7.3
    const [onSpot] = linesOf(graph).filter(({ what }) => what.endsWith("on Spot"));
    assert.equal(onSpot!.unsure, true);
  });

  it("counts the tasks that a schedule leaves, over weeks: 13 of 24 hours on 5 of 7 days", async () => {
    const schedules = [
      { name: "night", cron: "0 20 ? * MON-FRI *", minimum: 0, maximum: 0 },
      { name: "day", cron: "0 7 ? * MON-FRI *", minimum: 2, maximum: 4 },
    ];
    const { recorder } = await devGraph({ desiredCount: 2, autoscaling: { minimum: 2, maximum: 4, schedules } });
    const tasks = averageTasks(recorder, recorder.find("aws:ecs/service:Service"));
    assert.ok(Math.abs(tasks - (2 * 13 * 5) / (24 * 7)) < 1e-9, String(tasks));
  });

  it("counts the fewest tasks of an autoscaled service, and the alarms that scaling makes", async () => {
    const autoscaling = { minimum: 2, maximum: 9, cpuPercent: 60, requestsPerTask: 100 };
    const graph = await devGraph({ desiredCount: 3, autoscaling });
    assert.equal(usdOf(graph, "vCPU"), 14.6);
    assert.equal(usdOf(graph, "metrics of its alarms"), 6); // two alarms each, on one metric and on two
  });

  it("counts the metrics of Container Insights where the cluster is the stack's, and those of each alarm's expression", async () => {
    assert.equal(usdOf(await devGraph(), "Container Insights"), 37); // 12 of the cluster, 15 of the service, 10 of its tasks
    const clusterArn = "arn:aws:ecs:eu-central-1:123456789012:cluster/web";
    assert.equal(usdOf(await devGraph({ clusterArn }), "Container Insights"), 0);
    const [line] = linesOf(await devGraph({ alarms: { latencyP99Ms: 1000 } })).filter(
      ({ resource }) => resource === "alarms",
    );
    assert.deepEqual([line!.what, line!.quantity], ["metrics of 7 alarms", 14]);
  });

  it("knows what every resource of this program costs, whatever is turned on, and names what it does not know", async () => {
    const everything = await prodGraph({ executeCommand: true, container: {}, logRouter: {}, controller: "ECS" });
    const graphs = [await devGraph(), await prodGraph(), everything, await devGraph({ natGateways: "none" })];
    for (const { recorder } of graphs) assert.deepEqual(estimate(recorder, prices, usage).unknownTypes, []);
    const { recorder } = await devGraph();
    const database = { ...recorder.resources[0]!, type: "aws:rds/instance:Instance" };
    const other = Object.assign(Object.create(recorder) as typeof recorder, { resources: [database] });
    assert.deepEqual(estimate(other, prices, usage).unknownTypes, ["aws:rds/instance:Instance"]);
  });
});

describe("what options save", () => {
  it("are those that the stack has not taken yet; and only a stack that may be deleted is put to sleep", async () => {
    const names = (graph: Graph) => options(graph).map(({ name }) => name);
    assert.deepEqual(names(await devGraph()), [
      "VPC endpoints instead of NAT",
      "Fargate Spot beyond the first task",
      "ARM64",
      "asleep from 20 to 7 o'clock and on weekends",
    ]);
    assert.deepEqual(names(await prodGraph({ cpuArchitecture: "ARM64" })), [
      "one NAT gateway for all zones",
      "VPC endpoints instead of NAT",
      "Fargate Spot beyond the first task",
    ]);
  });

  it("is told by evaluating the stack again, with the reason where it cannot be set so", async () => {
    const text = await costReport("prod", { stacksDirectory });
    const { natGatewayHour, publicIpv4Hour } = pricesOf(table, "eu-central-1");
    const saved = (2 * 730 * (natGatewayHour.usd + publicIpv4Hour.usd)).toFixed(2);
    assert.match(text, new RegExp(`^one NAT gateway for all zones +${saved.replace(".", "\\.")} {2}less$`, "m"));
    assert.match(text, /^Fargate Spot beyond the first task +~\d+\.\d\d {2}less$/m);
    assert.match(text, /^VPC endpoints instead of NAT +not as the stack is: openTelemetry\.image: /m);
    assert.match(text, /^Stack prod in eu-central-1: USD a month of 730 hours, at prices of \d{4}-\d{2}/);
    const [, ...figures] = [...text.matchAll(/ (\d+\.\d\d)$/gm)].map(([, usd]) => Number(usd)).reverse();
    const [total] = [...text.matchAll(/^total +(\d+\.\d\d)$/gm)].map(([, usd]) => Number(usd));
    assert.ok(Math.abs(figures.reduce((sum, usd) => sum + usd, 0) - total!) < 0.05, "the lines do not add up");
  });
});

describe("the report", () => {
  it("fits 100 columns but for its sources' addresses, and says so where an option changes nothing", async () => {
    const text = await costReport("dev", { stacksDirectory });
    const [costs] = text.split("\nPrices: ");
    const tooLong = costs!.split("\n").filter((line) => line.length > 100);
    assert.deepEqual(tooLong, []);
    // Dev has one task, and the first is not on Spot.
    assert.match(text, /^Fargate Spot beyond the first task +0\.00 {2}the same$/m);
  });
});

describe("the price table", () => {
  it("names a source for every price, and each region has all of them", () => {
    for (const region of Object.keys(table.regions))
      for (const { source } of Object.values(pricesOf(table, region))) assert.ok(table.sources[source], source);
  });

  it("names no source that no price is from", () => {
    const prices = Object.values(table.regions).flatMap((region) => Object.values(region));
    const used = new Set(prices.map(({ source }) => source));
    assert.deepEqual(Object.keys(table.sources).sort(), [...used].sort());
  });

  it("is not made up for other regions", () => {
    assert.throws(() => pricesOf(table, "eu-west-1"), /has no prices of eu-west-1; it has those of us-east-1 and eu-c/);
  });
});
