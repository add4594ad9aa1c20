import assert from "node:assert/strict";
import { strFromU8, unzipSync } from "fflate";
import { InvalidInput } from "../components";
import { schema } from "../settings/schema";
import { combinations } from "./support/bad-combinations";
import { codeFiles, type Graph, programGraph, refusal } from "./support/graph";
import { samples } from "./support/secret-samples";

/** What a setting decides in the network that a provider's component makes is plain there: it takes nothing else. */
const decidesNetwork = new Set(["availabilityZones", "natGateways", "zoneCidrMask"]);
/** They are part of resources' names. */
const refusedAsSecrets = ["name", "productionCidrs", "taskPolicyArns", "testCidrs"];

describe("a setting given with --secret", () => {
  it("has a sample here, whichever it is", () => {
    assert.deepEqual(Object.keys(samples).sort(), Object.keys(schema.shape).sort());
  });

  for (const [key, [value, beside = {}]] of Object.entries(samples)) {
    if (refusedAsSecrets.includes(key)) continue;
    it(`is in clear nowhere in the state, nor in a function's code: ${key}`, async () => {
      const settings = known({ ...stack, firstImage: "example/app:1", ...beside, [key]: value });
      const config = Object.fromEntries(
        Object.entries(settings).map(([name, one]) => [
          name.includes(":") ? name : `greenlight:${name}`,
          typeof one === "string" ? one : JSON.stringify(one),
        ]),
      );
      const graph = await programGraph({ config, secretKeys: [`greenlight:${key}`] });
      if (!decidesNetwork.has(key)) await assertHidden(graph, leaves(value));
    });
  }

  for (const key of refusedAsSecrets) {
    it(`is refused where it would be in clear: ${key}`, async () => {
      const { error } = await refusal({ githubRepository: "a/b", [key]: samples[key]![0] }, undefined, undefined, [
        key,
      ]);
      assert.ok(error instanceof InvalidInput);
      assert.match(error.message, /is a secret, and becomes part of a resource's name.* Set it with --plaintext\./);
      for (const leaf of leaves(samples[key]![0])) assert.ok(!error.message.includes(leaf), error.message);
    });
  }

  it("is refused where a value inside would be in clear, by its own place", async () => {
    const settings = {
      notifications: { slack: { workspaceId: "TPLANTED", channelId: "CPLANTED" } },
      autoscaling: {
        minimum: 1,
        maximum: 2,
        schedules: [{ name: "planted", cron: "0 20 * * ? *", minimum: 1, maximum: 1 }],
      },
      efsVolumes: [{ ...(samples.efsVolumes![0] as object[])[0], securityGroupId: "sg-0123456789abcdef0" }],
    };
    const { paths } = await refusal(
      { githubRepository: "a/b", ...settings },
      undefined,
      undefined,
      Object.keys(settings),
    );
    assert.deepEqual(paths.sort(), [
      "autoscaling.schedules[0].name",
      "efsVolumes[0].securityGroupId",
      "notifications.slack.channelId",
      "notifications.slack.workspaceId",
    ]);
  });

  for (const [title, [settings, paths]] of Object.entries(combinations)) {
    it(`is quoted by no message about it: ${title}`, async () => {
      const { error } = await refusal(known({ ...stack, ...settings }), undefined, undefined, Object.keys(settings));
      const about = error!.problems.filter(({ path }) => paths.includes(path));
      assert.equal(about.length, paths.length);
      for (const { message } of about)
        for (const leaf of leaves(Object.values(settings)).filter((text) => text.length > 5))
          assert.ok(!message.includes(leaf), message);
    });
  }
});

const stack = { githubRepository: "example-org/example-app", "aws:region": "eu-central-1" };

/** Without what a case takes out of the stack's settings. */
function known(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Every text and number in a value, as text. */
function leaves(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [];
}

async function assertHidden(graph: Graph, secrets: readonly string[]): Promise<void> {
  const { resources, shownOutputs } = graph.recorder;
  assert.ok(secrets.length >= 0 && resources.length > 50);
  for (const { type, name, urn, shownInputs } of resources) {
    if (!type.startsWith("awsx:")) assertFree(shownInputs, secrets, `${type} ${name}`);
    for (const secret of secrets.filter((text) => text.length > 4)) assert.ok(!urn.includes(secret), urn);
  }
  assertFree(shownOutputs, secrets, "the outputs");
  for (const file of graph.recorder.all("aws:lambda/function:Function")) {
    const { "config.json": config = "{}" } = await codeFiles(file);
    assertFree(JSON.parse(config), secrets, `the code of ${file.name}`);
  }
}

function assertFree(shown: unknown, secrets: readonly string[], where: string): void {
  for (const text of leaves(shown).flatMap(opened)) {
    const found = secrets.find((secret) => secret === text || (secret.length > 3 && text.includes(secret)));
    assert.equal(found, undefined, `${found} is in ${where}: ${text.slice(0, 500)}`);
  }
}

/** A text, and what is in it: JSON's leaves, or the files of a zip. */
function opened(text: string): string[] {
  if (text.startsWith("UEsDB"))
    return Object.values(unzipSync(Buffer.from(text, "base64"))).flatMap((file) => opened(strFromU8(file)));
  if (!/^[[{]/.test(text)) return [text];
  try {
    return leaves(JSON.parse(text)).flatMap(opened);
  } catch {
    return [text];
  }
}
