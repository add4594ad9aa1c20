import assert from "node:assert/strict";
import { evaluateStack } from "../rehearsal/graph/evaluate";
import type { Graph } from "./support/graph";
import { checkout, stacksDirectory } from "./support/checkout";

// docs/moving-controllers.md, "Back to CodeDeploy", by name.
const domainName = "app.example.com";
const certificateArn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";

describe("a second stack by which a service moves back to CodeDeploy", () => {
  let old: Graph;
  let back: Graph;

  before(async () => {
    const https = (fields: object) => ({ "greenlight:https": JSON.stringify({ domainName, ...fields }) });
    const ports = { "greenlight:productionPort": "443", "greenlight:name": "shop-native" };
    old = await evaluateStack({
      directory: checkout,
      stacksDirectory,
      stack: "native",
      overrides: { ...ports, ...https({ zoneId: "Z0123456789" }) },
    });
    back = await evaluateStack({
      directory: checkout,
      stacksDirectory,
      stack: "native",
      overrides: {
        ...ports,
        "greenlight:name": "shop-back",
        "greenlight:controller": "CODE_DEPLOY",
        "greenlight:waitMinutes": "10",
        ...https({ certificateArn }),
      },
    });
  });

  it("claims no name of the first's in AWS", () => {
    const taken = new Set(names(old));
    assert.ok(taken.size > 20);
    assert.deepEqual(
      names(back).filter((name) => taken.has(name)),
      [],
    );
  });

  it("claims neither the name that users call nor its certificate, which the first has", () => {
    const types = ["aws:route53/record:Record", "aws:acm/certificate:Certificate"];
    // What is only looked up has no inputs.
    const made = ({ recorder }: Graph, type: string) =>
      recorder.all(type).filter(({ inputs }) => Object.keys(inputs).length > 0);
    for (const type of types) {
      assert.ok(made(old, type).length > 0);
      assert.deepEqual(made(back, type), []);
    }
    assert.equal(back.outputs.prodUrl, old.outputs.prodUrl);
  });
});

/** What AWS takes once: by type, name or ARN. */
function names({ recorder }: Graph): string[] {
  return recorder.resources.flatMap(({ type, outputs }) =>
    ["name", "bucket", "family", "arn"].flatMap((key) =>
      typeof outputs[key] === "string" && !type.endsWith(":EventTarget") ? `${type} ${key} ${outputs[key]}` : [],
    ),
  );
}
