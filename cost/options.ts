import type { Graph } from "../rehearsal/graph/evaluate";

/** A change of the stack's settings that may cost less. */
export interface Option {
  readonly name: string;
  /** Settings that take the place of the stack's, as Pulumi hands them over. */
  readonly settings: Readonly<Record<string, string>>;
}

const setting = (name: string) => `greenlight:${name}`;

/** What this stack could be set to, and is not. */
export function options({ config, recorder }: Graph): Option[] {
  const { inputs } = recorder.all("awsx:ec2:Vpc")[0] ?? {};
  const strategy = (inputs?.natGateways as { strategy: string } | undefined)?.strategy;
  const all: (Option | undefined | false)[] = [
    strategy === "OnePerAz" && option("one NAT gateway for all zones", { natGateways: "single" }),
    (strategy === "OnePerAz" || strategy === "Single") &&
      option("VPC endpoints instead of NAT", { natGateways: "none" }),
    !(setting("capacityProviders") in config) &&
      option("Fargate Spot beyond the first task", { capacityProviders: beyondFirst }),
    config[setting("cpuArchitecture")] !== "ARM64" && option("ARM64", { cpuArchitecture: "ARM64" }),
    // A stack that is kept from being deleted is one that people rely on at night.
    config[setting("deletionProtection")] !== "true" &&
      option("asleep from 20 to 7 o'clock and on weekends", { autoscaling: asleep(config) }),
  ];
  return all.filter((it) => it !== undefined && it !== false);
}

const beyondFirst = [
  { name: "FARGATE", weight: 0, base: 1 },
  { name: "FARGATE_SPOT", weight: 1 },
];

/** The stack's own autoscaling, or its fixed count, with a night. */
function asleep(config: Graph["config"]): object {
  const count = Number(config[setting("desiredCount")] ?? 1);
  const own = JSON.parse(config[setting("autoscaling")] ?? "{}") as { minimum?: number; maximum?: number };
  const { minimum = count, maximum = count } = own;
  return {
    ...own,
    minimum,
    maximum,
    schedules: [
      { name: "night", cron: "0 20 ? * MON-FRI *", minimum: 0, maximum: 0 },
      { name: "day", cron: "0 7 ? * MON-FRI *", minimum, maximum },
    ],
  };
}

function option(name: string, settings: Readonly<Record<string, unknown>>): Option {
  const texts = Object.entries(settings).map(([key, value]) => [
    setting(key),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { name, settings: Object.fromEntries(texts) as Record<string, string> };
}
