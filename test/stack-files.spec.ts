import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { schema } from "../settings/schema";
import { stacksDirectory } from "./support/checkout";
import { commentedOut } from "./support/commented-out";
import { evaluateDev, type Graph, nativeGraph, prodGraph } from "./support/graph";

type Config = Readonly<Record<string, unknown>>;

const stacks = { dev: evaluateDev, native: nativeGraph, prod: prodGraph };
const texts = Object.fromEntries(Object.keys(stacks).map((stack) => [stack, read(stack)]));

describe("the stack files that people copy", () => {
  it("show every setting, in force or as a comment", () => {
    const shown = Object.values(texts).join("\n");
    const missing = Object.keys(schema.shape).filter(
      (key) => !new RegExp(`^ +(# )?greenlight:${key}:`, "m").test(shown),
    );
    // It takes the place of half of the file, so a sentence points to its guide.
    assert.deepEqual(missing, ["promoteFrom"]);
    assert.match(texts.prod!, /promoteFrom .*\n.*docs\/promotion\.md/);
  });

  for (const [stack, graphOf] of Object.entries(stacks)) {
    for (const option of commentedOut(texts[stack]!)) {
      it(`take ${option.title} of ${stack} once its "# " is away`, async () => {
        const before = await graphOf();
        const changes = changed(config(texts[stack]!), config(option.text));
        assert.notDeepEqual(changes, {});
        assert.notDeepEqual(inputs(await graphOf(changes)), inputs(before));
      });
    }
  }
});

function read(stack: string): string {
  return readFileSync(join(stacksDirectory, `Pulumi.${stack}.yaml`), "utf8");
}

/** The settings of a stack's file; what it says twice, it says as it said last. */
function config(text: string): Config {
  const { config } = parse(text, { uniqueKeys: false }) as { config: Config };
  return config;
}

function changed(before: Config, after: Config): Config {
  const entries = Object.entries(after).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]));
  return Object.fromEntries(entries);
}

function inputs({ recorder }: Graph): unknown[] {
  return recorder.resources.map(({ urn, inputs }) => [urn, inputs]);
}
