import * as assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { Cloud } from "./cloud/cloud";
import { Stack } from "./support/stack";

const parameterType = "aws:ssm/parameter:Parameter";
const header = { name: "X-Test", value: "planted-test-header" };

/** What is given with `pulumi config set --secret`, by the path of the setting. */
const planted = {
  "greenlight:checks[0].headers.Authorization": "Bearer planted-credential",
  "greenlight:container.command[0]": "planted-argument",
  "greenlight:logRouter.options.apikey": "planted-option",
  "greenlight:sourceDirectory": "planted-directory",
  "greenlight:testHeader.value": header.value,
  "greenlight:tests.command": "TOKEN=planted-token npm test",
};

describe("a stack whose settings are secrets", function () {
  const cloud = new Cloud();
  let stack: Stack;

  before(async () => {
    const config = {
      "aws:region": "eu-central-1",
      "greenlight:githubRepository": "example-org/example-app",
      "greenlight:firstImage": `example-registry/app@sha256:${"a".repeat(64)}`,
      "greenlight:controller": "ECS",
      "greenlight:checks": [{ path: "/planted-path" }],
      "greenlight:logRouter": { options: { Name: "datadog" } },
      "greenlight:testHeader": { name: header.name },
    };
    stack = await Stack.create({ cloud, stack: "secret", config });
    for (const [path, value] of Object.entries(planted))
      await stack.pulumi("config", "set", "--secret", "--path", path, value);
  });
  after(() => stack.close());

  it("shows none of them in a preview, for people or as JSON", async () => {
    const { stdout } = await stack.preview("nothing is there yet");
    assert.match(stdout, /\[secret\]/);
    assertFree({ json: await stack.pulumi("preview", "--json"), printed: stack.printed.join("\n") });
  });

  it("keeps all of them encrypted in its state, and gives them to AWS", async () => {
    await stack.up("the first");
    assertFree({
      export: await stack.exported(),
      state: await stack.stateAtRest(),
      outputs: await stack.pulumi("stack", "output", "--json"),
      printed: stack.printed.join("\n"),
    });
    assert.deepEqual(held(), {
      checks: [{ path: "/planted-path", headers: { Authorization: "Bearer planted-credential" } }],
      testHeader: header,
      testCommand: "TOKEN=planted-token npm test",
    });
    const [rule] = cloud.all("aws:lb/listenerRule:ListenerRule").filter(({ name }) => name.endsWith("-test"));
    assert.ok(JSON.stringify(rule!.properties.conditions).includes(header.value));
  });

  it("has none of them in a function or in a build project", () => {
    const things = ["aws:lambda/function:Function", "aws:codebuild/project:Project"].flatMap((type) => cloud.all(type));
    const texts = things.map(({ name, properties }) => [name, JSON.stringify(properties)]);
    const shown = { ...planted, "greenlight:sourceDirectory": "in APP_DIRECTORY, which AWS shows" };
    assertFree(Object.fromEntries(texts) as Record<string, string>, Object.values(shown));
  });

  it("proposes nothing when it is applied again", async () => {
    assert.deepEqual((await stack.up("nothing changed")).steps, []);
  });

  it("changes the parameter alone when the value of a check is another", async () => {
    const value = "Bearer planted-successor";
    await stack.pulumi("config", "set", "--secret", "--path", "greenlight:checks[0].headers.Authorization", value);
    const { steps } = await stack.up("another credential");
    assert.deepEqual(
      steps.map(({ op, type }) => [op, type]),
      [["update", parameterType]],
    );
    assert.equal(JSON.stringify(held()).split(value).length, 2);
    assertFree({ export: await stack.exported(), printed: stack.printed.join("\n") }, [
      value,
      ...Object.values(planted),
    ]);
  });

  /** What the secret parameter holds in AWS. */
  function held(): unknown {
    const all = cloud.all(parameterType);
    assert.equal(all.length, 1);
    return JSON.parse(String(all[0]!.properties.value));
  }
});

/** No text has a planted value, in clear, in base64 or in a zip in base64. */
function assertFree(texts: Readonly<Record<string, string>>, values: readonly string[] = Object.values(planted)): void {
  for (const [where, text] of Object.entries(texts)) {
    const zips = [...text.matchAll(/UEsD[A-Za-z0-9+/=]+/g)].map(([zip]) => unzipSync(Buffer.from(zip, "base64")));
    const files = zips.flatMap((zip) => Object.values(zip)).map((bytes) => Buffer.from(bytes).toString());
    for (const value of values) {
      const encoded = Buffer.from(value).toString("base64").replace(/=+$/, "");
      const found = [text, ...files].filter((one) => one.includes(value) || one.includes(encoded));
      assert.deepEqual(found.length, 0, `${value} is in ${where}`);
    }
  }
}
