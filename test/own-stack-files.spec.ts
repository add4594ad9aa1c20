import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readSettings } from "../settings";
import { schema } from "../settings/schema";
import { InvalidInput, type Problem } from "../components/problems";
import { evaluate } from "../rehearsal/graph/evaluate";
import { readStackConfig, SettingsElsewhereError } from "../rehearsal/graph/stack-config";
import { checkout, stacksDirectory } from "./support/checkout";
import { commentedOut } from "./support/commented-out";
import { copyOwnStackFiles } from "./support/own-stack-files";

type Config = Record<string, unknown>;

const directory = mkdtempSync(join(tmpdir(), "greenlight-stack-files-"));
const ownStacks = copyOwnStackFiles(directory);

/** What settings say that are no comment in the fixtures, and other values that are as good. */
const otherValues: Readonly<Record<string, Config>> = {
  "README, step 1": {
    "aws:region": "eu-west-1",
    githubRepository: "acme/mono",
    branch: "release/2",
    sourceDirectory: "services/shop",
    appDirectory: "../mono/services/shop",
  },
  desiredCount: { desiredCount: 4 },
  cpu: { cpu: 1024, memoryMiB: 2048 },
  memoryMiB: { memoryMiB: 1024 },
  healthCheck: { healthCheck: { path: "/healthz", intervalSeconds: 15, matcher: "200-299" } },
  healthCheckGracePeriodSeconds: { healthCheckGracePeriodSeconds: 90 },
  waitMinutes: { waitMinutes: 3 },
  terminationWaitMinutes: { terminationWaitMinutes: 30 },
  checks: {
    checks: [
      { path: "/healthz", expectStatus: [200, 204] },
      { path: "/", maxLatencyMs: 500 },
    ],
  },
  controller: { controller: "ECS" },
  canary: { canary: { percent: 20, minutes: 2 } },
  executionMode: { executionMode: "QUEUED" },
  deployApproval: { deployApproval: { message: "Ship it?" } },
  deploymentWindow: { deploymentWindow: { cron: "* * 8-11 ? * TUE *" } },
  scanGate: { scanGate: { severity: "HIGH" } },
  sbom: { sbom: true },
  notifications: { notifications: { slack: { workspaceId: "T1", channelId: { secure: "v1:abc" } } } },
  promoteFrom: {
    githubRepository: undefined,
    promoteFrom: {
      repositoryUri: "111111111111.dkr.ecr.eu-central-1.amazonaws.com/shop",
      bucket: "shop-released",
      keyArn: "arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555",
    },
  },
  autoscaling: { desiredCount: 2, autoscaling: { minimum: 2, maximum: 6, memoryPercent: 70 } },
  container: { container: { user: "node", initProcess: true } },
  openTelemetry: { cpu: 512, memoryMiB: 1024, openTelemetry: {} },
  availabilityZones: { availabilityZones: 3 },
  natGateways: { natGateways: "perZone" },
  productionPort: { productionPort: 80 },
  testPort: { testPort: 9443 },
  https: { productionPort: 443, https: { domainName: "shop.acme.example", zoneId: "Z1D633PJN98FT9" } },
  loadBalancer: { loadBalancer: { idleTimeoutSeconds: 120, internal: true } },
  deregistrationDelaySeconds: { deregistrationDelaySeconds: 10 },
  alarms: { alarms: { serverErrorPercent: 5 } },
  logRetentionDays: { logRetentionDays: 90 },
  deletionProtection: { deletionProtection: true },
};

describe("the stack files of whoever works here", () => {
  after(() => rmSync(directory, { recursive: true }));

  for (const stack of ownStacks) {
    it(`have settings that are right: Pulumi.${stack}.yaml`, async () => {
      assert.deepEqual(await mistakes(directory, stack).catch(unlessElsewhere), []);
    });
  }

  for (const [title, values] of Object.entries(otherValues)) {
    it(`may have other values than this repository's: ${title}`, async () => {
      assert.deepEqual(await mistakesOf(withValues(fixture("dev"), values)), []);
    });
  }

  for (const stack of ["dev", "prod", "native"]) {
    for (const { title, text } of commentedOut(fixture(stack))) {
      it(`may have in force what ${stack} shows as a comment: ${title}`, async () => {
        assert.deepEqual(await mistakesOf(stringify(parse(text, { uniqueKeys: false }))), []);
      });
    }
  }

  it("may have any setting, each of which was tried above", () => {
    const shown = ["dev", "prod", "native"].flatMap((stack) => commentedOut(fixture(stack)));
    const tried = new Set([...Object.values(otherValues).flatMap(Object.keys), ...shown.flatMap(namesIn)]);
    assert.deepEqual(
      Object.keys(schema.shape).filter((key) => !tried.has(key)),
      [],
    );
  });

  it("may take all settings, or some, from Pulumi ESC", async () => {
    for (const text of ["environment: [acme/dev]\n", "environment: [acme/dev]\nconfig:\n  greenlight:branch: main\n"])
      assert.deepEqual(await mistakesOf(text).catch(unlessElsewhere), []);
  });

  it("are told the file, the key and the cure where a value is wrong", async () => {
    const [mistake, ...others] = await mistakesOf(withValues(fixture("dev"), { cpu: 1000 }));
    assert.deepEqual(others, []);
    assert.match(mistake!, /^Pulumi\.dev\.yaml: cpu: .*256/);
  });

  it("are opened by no test", async () => {
    for (const open of [() => readFileSync(join(checkout, "Pulumi.dev.yaml")), () => readFile("Pulumi.yaml")])
      await assert.rejects(async () => open(), /belongs to whoever works here/);
    assert.ok(readFileSync(join(stacksDirectory, "Pulumi.dev.yaml")).length > 0);
  });
});

/** What is wrong with the settings of a stack file, `file: key: message` each. */
async function mistakes(stacksDirectory: string, stack: string): Promise<string[]> {
  const { project, config, environments } = readStackConfig(stacksDirectory, stack);
  // Only the Pulumi CLI knows the rest.
  if (environments.length > 0) return [];
  const problems: Problem[] = [];
  await evaluate({ project, stack, config }, () => {
    try {
      readSettings();
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...error.problems);
    }
    return {};
  });
  // The app may be on another machine, and the value of a secret is not known here.
  const unknown = secretSettings(join(stacksDirectory, `Pulumi.${stack}.yaml`)).add("appDirectory");
  const known = problems.filter(({ path }) => !unknown.has(path.split(/[.[]/)[0]!));
  return known.map(({ path, message }) => `Pulumi.${stack}.yaml: ${path}: ${message}`);
}

function unlessElsewhere(error: unknown): string[] {
  if (error instanceof SettingsElsewhereError) return [];
  throw error;
}

/** The same of a text that is the file of stack dev. */
async function mistakesOf(text: string): Promise<string[]> {
  const other = mkdtempSync(join(tmpdir(), "greenlight-stack-files-"));
  try {
    writeFileSync(join(other, "Pulumi.yaml"), fixture());
    writeFileSync(join(other, "Pulumi.dev.yaml"), text);
    return await mistakes(other, "dev");
  } finally {
    rmSync(other, { recursive: true });
  }
}

/** Names of the settings whose values are encrypted, as a whole or in part. */
function secretSettings(file: string): Set<string> {
  const { config = {} } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Config };
  const secret = Object.entries(config).filter(([, value]) => JSON.stringify(value).includes('"secure":'));
  return new Set(secret.map(([key]) => key.replace(/^greenlight:/, "")));
}

function fixture(stack?: string): string {
  return readFileSync(join(stacksDirectory, stack ? `Pulumi.${stack}.yaml` : "Pulumi.yaml"), "utf8");
}

function withValues(text: string, values: Config): string {
  const { config } = parse(text) as { config: Config };
  const changed = Object.entries(values).map(([key, value]) => [key.includes(":") ? key : `greenlight:${key}`, value]);
  return stringify({ config: { ...config, ...(Object.fromEntries(changed) as Config) } });
}

function namesIn({ title }: { readonly title: string }): string[] {
  return title.split(", ");
}
