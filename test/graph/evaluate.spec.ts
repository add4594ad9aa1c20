import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate, evaluateStack } from "../../rehearsal/graph/evaluate";

const options = { project: "shop", stack: "dev" };

describe("evaluating a program", () => {
  it("tells it its project, stack and settings, and returns what it exports", async () => {
    const { outputs } = await evaluate({ ...options, config: { "shop:size": "3" } }, () => ({
      name: pulumi.interpolate`${pulumi.getProject()}-${pulumi.getStack()}`,
      size: new pulumi.Config().requireNumber("size"),
      nested: { secret: pulumi.secret("value") },
    }));
    assert.deepEqual(outputs, { name: "shop-dev", size: 3, nested: { secret: "value" } });
  });

  const failures: [string, () => Record<string, unknown>, RegExp][] = [
    ["throws", fails, /^Error: on purpose$/],
    [
      "registers a type that nobody described",
      queue,
      /aws:sqs\/queue:Queue is not described in .*aws-outputs\.ts; add/,
    ],
    ["exports such a type's output", () => ({ url: queue().queue.url }), /aws:sqs\/queue:Queue is not described/],
    [
      "calls a function that nobody described",
      call,
      /getBillingServiceAccount:getBillingServiceAccount is not described in/,
    ],
    ["fails in an apply", () => ({ text: pulumi.output(1).apply(fails) }), /on purpose/],
    ["fails in an apply of an input", input, /on purpose/],
    ["makes another resource of one that failed", dependent, /on purpose/],
    ["exports the output of a resource that failed", () => ({ arn: role().arn }), /on purpose/],
  ];
  for (const [what, program, expected] of failures) {
    it(`fails with the reason when it ${what}`, async () => {
      await assert.rejects(evaluate(options, program), expected);
    });
  }

  it("succeeds after a program that failed", async () => {
    await assert.rejects(evaluate(options, fails));
    const { recorder, outputs } = await evaluate(options, () => ({ answer: 42 }));
    assert.deepEqual(outputs, { answer: 42 });
    assert.deepEqual(
      recorder.resources.map(({ type }) => type),
      ["pulumi:pulumi:Stack"],
    );
  });

  it("leaves no listener behind", async () => {
    const before = process.listenerCount("unhandledRejection");
    await evaluate(options, () => ({}));
    await assert.rejects(evaluate(options, fails));
    await assert.rejects(evaluate(options, dependent));
    assert.equal(process.listenerCount("unhandledRejection"), before);
  });
});

describe("evaluating a stack", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "greenlight-stack-"));
    await writeFile(join(directory, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    const program = `
      const pulumi = require(${JSON.stringify(require.resolve("@pulumi/pulumi"))});
      exports.config = pulumi.runtime.allConfig();
    `;
    await writeFile(join(directory, "index.ts"), program);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("hands over the stack file's settings as text, overridden where asked", async () => {
    const file = "config:\n  shop:text: a\n  shop:number: 3\n  shop:list: [1, 2]\n  shop:other: x\n";
    await writeFile(join(directory, "Pulumi.dev.yaml"), file);
    const { outputs } = await evaluateStack({ directory, stack: "dev", overrides: { "shop:other": "y" } });
    assert.deepEqual(outputs.config, {
      "shop:text": "a",
      "shop:number": "3",
      "shop:list": "[1,2]",
      "shop:other": "y",
    });
  });

  it("puts a placeholder where a setting is encrypted, as a whole or within", async () => {
    const file =
      "config:\n  shop:key:\n    secure: v1:abc\n  shop:environment:\n    A: b\n    C:\n      secure: v1:def\n";
    await writeFile(join(directory, "Pulumi.dev.yaml"), file);
    const { outputs } = await evaluateStack({ directory, stack: "dev" });
    assert.deepEqual(outputs.config, { "shop:key": "secret", "shop:environment": '{"A":"b","C":"secret"}' });
  });

  it("runs the program anew each time, and an empty stack file, too", async () => {
    await writeFile(join(directory, "Pulumi.dev.yaml"), "");
    await cp(join(directory, "Pulumi.dev.yaml"), join(directory, "Pulumi.prod.yaml"));
    assert.deepEqual((await evaluateStack({ directory, stack: "dev", overrides: { "a:b": "1" } })).outputs.config, {
      "a:b": "1",
    });
    assert.deepEqual((await evaluateStack({ directory, stack: "prod" })).outputs.config, {});
  });

  it("names the stack file that is not there", async () => {
    await assert.rejects(evaluateStack({ directory, stack: "prod" }), /there is no Pulumi\.prod\.yaml; --stack names/);
  });
});

function fails(): never {
  throw new Error("on purpose");
}

function queue() {
  return { queue: new aws.sqs.Queue("queue") };
}

function call() {
  void aws.getBillingServiceAccountOutput().id;
  return {};
}

function role() {
  return new aws.iam.Role("role", { assumeRolePolicy: pulumi.output(1).apply(fails) });
}

function input() {
  role();
  return {};
}

function dependent() {
  new aws.iam.RolePolicy("policy", { role: role().id, policy: "{}" });
  return {};
}
