import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { costReport } from "../../cost/cost-report";
import { evaluateStack } from "../../rehearsal/graph/evaluate";
import { readStackConfig } from "../../rehearsal/graph/stack-config";
import { stackConfigs } from "../fixtures/stack-configs";
import { checkout } from "../support/checkout";

describe("settings that are read without the Pulumi CLI", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "greenlight-stack-"));
    await write({ "Pulumi.yaml": "name: shop\nruntime: nodejs\n", "Pulumi.dev.yaml": "config: {}\n" });
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  for (const [title, { files, expected }] of Object.entries(stackConfigs)) {
    it(`are merged as the CLI merges them: ${title}`, async () => {
      await write(files);
      assert.deepEqual(readStackConfig(directory, "dev").config, expected);
    });
  }

  it("are told apart by whether they are secrets, whose values are placeholders, and by a note where they would be run", async () => {
    const secure = "{ secure: v1:abc }";
    const settings = [
      `greenlight:checks: [{ headers: { A: ${secure} } }]`,
      `greenlight:tests: { command: ${secure} }`,
      "greenlight:cpu: 256",
    ];
    await write({ "Pulumi.dev.yaml": `config:\n  ${settings.join("\n  ")}\n` });
    const { config, secretKeys } = readStackConfig(directory, "dev");
    assert.deepEqual(secretKeys, ["greenlight:checks", "greenlight:tests"]);
    assert.equal(config["greenlight:checks"], '[{"headers":{"A":"secret"}}]');
    assert.match(config["greenlight:tests"]!, /^\{"command":"echo 'The command of the tests is a secret/);
  });

  it("may not have a default in the project where they are of another namespace", async () => {
    await write({
      "Pulumi.yaml": "name: shop\nruntime: nodejs\nconfig:\n  greenlight:cpu: { type: integer, default: 1 }\n",
    });
    assert.throws(() => readStackConfig(directory, "dev"), /config\.greenlight:cpu .* Set its value\./);
  });

  it("cannot be read from ESC, which is said with the way out", async () => {
    for (const environment of [
      "environment: shop/dev",
      "environment: [shop/dev]",
      "environment:\n  - shop/dev: {merge: false}",
    ]) {
      await write({ "Pulumi.dev.yaml": `${environment}\n` });
      assert.throws(
        () => readStackConfig(directory, "dev"),
        /^Error: Pulumi\.dev\.yaml takes its settings from Pulumi ESC \(environment: shop\/dev\).*Put the settings under config:/,
      );
    }
  });

  it("are said to be incomplete where ESC has some of them and the program refuses the others", async () => {
    const file = "environment: [shop/dev]\nconfig:\n  greenlight:githubRepository: shop\n";
    await write({ "Pulumi.dev.yaml": file });
    await assert.rejects(
      evaluateStack({ directory: checkout, stacksDirectory: directory, stack: "dev" }),
      /githubRepository: .*\nPulumi\.dev\.yaml also imports from Pulumi ESC \(shop\/dev\); those settings cannot be read here\.$/s,
    );
  });

  it("name the file that is no YAML", async () => {
    await write({ "Pulumi.dev.yaml": "config:\n  a: [1\n" });
    assert.throws(() => readStackConfig(directory, "dev"), /^Error: Pulumi\.dev\.yaml cannot be read: .*line 3/s);
  });

  it("decide what is rehearsed and what a month costs, the project's too", async () => {
    const project =
      "name: greenlight\nruntime: nodejs\nconfig:\n  greenlight:productionPort: 9080\n" +
      "  greenlight:desiredCount: { value: 4 }\n  greenlight:cpu: { value: 1024 }\n  greenlight:memoryMiB: 2048\n";
    const stack = "config:\n  aws:region: eu-central-1\n  greenlight:githubRepository: acme/shop\n";
    await write({ "Pulumi.yaml": project, "Pulumi.dev.yaml": stack });
    const program = { directory: checkout, stacksDirectory: directory, stack: "dev" };
    const { recorder, outputs } = await evaluateStack(program);
    assert.match(String(outputs.prodUrl), /:9080$/);
    const { desiredCount } = recorder.find("aws:ecs/service:Service").inputs;
    const { cpu, memory } = recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    assert.deepEqual([desiredCount, cpu, memory], [4, "1024", "2048"]);
    const report = await costReport("dev", { stacksDirectory: directory });
    const own = "  greenlight:desiredCount: 4\n  greenlight:cpu: 1024\n  greenlight:memoryMiB: 2048\n";
    await write({ "Pulumi.yaml": "name: greenlight\nruntime: nodejs\n", "Pulumi.dev.yaml": stack + own });
    assert.equal(report, await costReport("dev", { stacksDirectory: directory }));
  });

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text);
    }
  }
});
