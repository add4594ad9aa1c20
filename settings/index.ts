import * as pulumi from "@pulumi/pulumi";
import type { Network } from "../components/network";
import { InvalidInput, refuse } from "../components/problems";
import { type WithHealthPath, withHealthPath } from "./health-path";
import { judgeable, meaningProblems } from "./problems";
import { givenNetwork } from "./problems/network";
import { misplacedProblems, rawSettings, stackRegion, typeProblems, withoutUnknown } from "./raw";
import { type Parsed, schema } from "./schema";
import { shortName } from "./short-name";

export type Settings = Omit<WithHealthPath<Parsed>, "environment" | "sidecars"> & {
  readonly environment: Variables;
  readonly sidecars: readonly (Omit<Parsed["sidecars"][number], "environment"> & { readonly environment: Variables })[];
  /** The existing network; undefined where one is made. */
  readonly network: Network | undefined;
  /** What every resource's name begins with; at most 18 characters. */
  readonly name: string;
  /** Minutes that the hook tests green for; 0 where a person decides. */
  readonly soakMinutes: number;
  /** Minutes that a release waits for a person; undefined where none is asked. */
  readonly approvalWaitMinutes: number | undefined;
};

type Variables = Readonly<Record<string, pulumi.Output<string>>>;

/**
 * Reads the stack's settings (`Pulumi.<stack>.yaml`, `greenlight:*`); docs/settings.md lists them.
 *
 * @throws InvalidInput naming every mistake at once, before any resource is registered.
 */
export function readSettings(): Settings {
  const settings = checkedSettings(`Pulumi.${pulumi.getStack()}.yaml`);
  const asksPerson = settings.trafficShift === "approval";
  return {
    ...settings,
    environment: secretValues(settings.environment),
    sidecars: settings.sidecars.map((it) => ({ ...it, environment: secretValues(it.environment ?? {}) })),
    network: givenNetwork(settings),
    name: settings.name ?? defaultName(),
    soakMinutes: asksPerson ? 0 : settings.waitMinutes,
    approvalWaitMinutes: asksPerson ? settings.waitMinutes : undefined,
  };
}

function defaultName(): string {
  return shortName(`${pulumi.getProject()}-${pulumi.getStack()}`);
}

function checkedSettings(stackFile: string): WithHealthPath<Parsed> {
  const raw = rawSettings();
  const place = { defaultName: defaultName(), region: stackRegion() };
  const misplaced = misplacedProblems();
  const parsed = schema.safeParse(raw);
  if (parsed.success) {
    const settings = withHealthPath(parsed.data);
    refuse(stackFile, [...misplaced, ...meaningProblems(settings, place)]);
    return settings;
  }
  // A setting of the wrong type has no value to judge further; the others have, once what nobody knows is out of them.
  const { issues } = parsed.error;
  const problems = issues.flatMap((issue) => typeProblems(issue, raw));
  const mistyped = issues.filter(({ code }) => code !== "unrecognized_keys");
  const broken = new Set(mistyped.map(({ path }) => String(path[0])));
  const sound = Object.fromEntries(Object.entries(withoutUnknown(raw, issues)).filter(([key]) => !broken.has(key)));
  const rest = schema.partial().safeParse(sound);
  const further = rest.success ? meaningProblems(withHealthPath(rest.data), place) : [];
  throw new InvalidInput(stackFile, [
    ...misplaced,
    ...problems,
    ...further.filter((problem) => judgeable(problem, broken)),
  ]);
}

// Pulumi does not tell which settings were given with --secret, so what may be one is kept encrypted in the state.
function secretValues(values: Readonly<Record<string, string>>): Variables {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, pulumi.secret(value)]));
}
