import * as pulumi from "@pulumi/pulumi";
import type { Network } from "../components/network";
import { InvalidInput, refuse } from "../components/problems";
import type { BuildTestsArgs } from "../components/pipeline/build-tests";
import { secretProblems, type SecretValues } from "../components/secret-parameter";
import { type WithHealthPath, withHealthPath } from "./health-path";
import { judgeable, meaningProblems } from "./problems";
import { givenNetwork } from "./problems/network";
import { defaultTags, misplacedProblems, rawSettings, stackRegion, typeProblems, withoutUnknown } from "./raw";
import { runtimeSecrets } from "./runtime-secrets";
import { type Given, type Parsed, schema } from "./schema";
import { SecretSettings } from "./secret-settings";
import { shortName } from "./short-name";

export type Settings = Omit<Complete, "checks" | "environment" | "sidecars" | "tests"> & {
  /** Undefined where they are among `runtimeSecrets`. */
  readonly checks: Complete["checks"] | undefined;
  /** Without their command where that is among `runtimeSecrets`. */
  readonly tests: BuildTestsArgs | undefined;
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
  /** Those given with --secret. */
  readonly secretSettings: SecretSettings;
  /** What the release reads as it runs, instead of finding it in code or variables; undefined where there is nothing. */
  readonly runtimeSecrets: SecretValues | undefined;
};

type Complete = WithHealthPath<Parsed>;
type Variables = Readonly<Record<string, pulumi.Output<string>>>;

/**
 * Reads the stack's settings (`Pulumi.<stack>.yaml`, `greenlight:*`); docs/settings.md lists them.
 *
 * @throws InvalidInput naming every mistake at once, before any resource is registered. It quotes no secret.
 */
export function readSettings(): Settings {
  const raw = rawSettings();
  const secretSettings = new SecretSettings(raw);
  const settings = checkedSettings(`Pulumi.${pulumi.getStack()}.yaml`, raw, secretSettings);
  const asksPerson = settings.trafficShift === "approval";
  const secrets = runtimeSecrets(settings, secretSettings);
  return {
    ...settings,
    checks: secrets?.checks ? undefined : settings.checks,
    tests: secrets?.testCommand === undefined ? settings.tests : { ...settings.tests, command: undefined },
    environment: secretValues(settings.environment),
    sidecars: settings.sidecars.map((it) => ({ ...it, environment: secretValues(it.environment ?? {}) })),
    network: givenNetwork(settings),
    name: settings.name ?? defaultName(),
    soakMinutes: asksPerson ? 0 : settings.waitMinutes,
    approvalWaitMinutes: asksPerson ? settings.waitMinutes : undefined,
    secretSettings,
    runtimeSecrets: secrets,
  };
}

function defaultName(): string {
  return shortName(`${pulumi.getProject()}-${pulumi.getStack()}`);
}

function checkedSettings(stackFile: string, raw: Record<string, unknown>, secret: SecretSettings): Complete {
  const place = { defaultName: defaultName(), region: stackRegion(), defaultTags: defaultTags() };
  const misplaced = misplacedProblems();
  const meaning = (settings: WithHealthPath<Given>) => [
    ...meaningProblems(settings, place),
    ...secret.problems,
    ...secretProblems(runtimeSecrets(settings, secret) ?? {}),
  ];
  const parsed = schema.safeParse(raw);
  if (parsed.success) {
    const settings = withHealthPath(parsed.data);
    refuse(stackFile, secret.hideIn([...misplaced, ...meaning(settings)]));
    return settings;
  }
  // A setting of the wrong type has no value to judge further; the others have, once what nobody knows is out of them.
  const { issues } = parsed.error;
  const problems = issues.flatMap((issue) => typeProblems(issue, raw));
  const mistyped = issues.filter(({ code }) => code !== "unrecognized_keys");
  const broken = new Set(mistyped.map(({ path }) => String(path[0])));
  const sound = Object.fromEntries(Object.entries(withoutUnknown(raw, issues)).filter(([key]) => !broken.has(key)));
  const rest = schema.partial().safeParse(sound);
  const further = rest.success ? meaning(withHealthPath(rest.data)) : [];
  throw new InvalidInput(
    stackFile,
    secret.hideIn([...misplaced, ...problems, ...further.filter((problem) => judgeable(problem, broken))]),
  );
}

/** A variable may hold a credential whether or not it was given with --secret, so each is encrypted in the state. */
function secretValues(values: Readonly<Record<string, string>>): Variables {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, pulumi.secret(value)]));
}
