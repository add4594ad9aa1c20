import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../settings";
import { refusal } from "./support/graph";

const repository = { githubRepository: "example-org/example-app" };

describe("a setting of the wrong type", () => {
  const examples: [string, Record<string, unknown>, RegExp][] = [
    [
      "a number in the environment",
      { environment: { WORKERS: 4 } },
      /^environment\.WORKERS: is the number 4; expected text\. Put it in quotes, or run pulumi config set --path --type string 'greenlight:environment\.WORKERS' 4$/,
    ],
    [
      "yes or no in the environment",
      { environment: { DEBUG: true } },
      /^environment\.DEBUG: is the value true; expected text\. Put it in quotes, or run .*--type string .* true$/,
    ],
    [
      "a number that Pulumi has put in quotes",
      { alarms: { serverErrorPercent: "2.5" } },
      /^alarms\.serverErrorPercent: is the text "2\.5"; expected a number\. Remove the quotes, or run .*--type float 'greenlight:alarms\.serverErrorPercent' 2\.5$/,
    ],
    [
      "a whole number in quotes within a list",
      { checks: [{ path: "/", maxLatencyMs: "500" }] },
      /^checks\[0\]\.maxLatencyMs: .*; expected a number\. Remove the quotes, or run .*--type int 'greenlight:checks\[0\]\.maxLatencyMs' 500$/,
    ],
    [
      "true in quotes",
      { container: { initProcess: "true" } },
      /^container\.initProcess: .*; expected true or false\. Remove the quotes, or run .*--type bool .* true$/,
    ],
    ["a field that is missing", { canary: { percent: 10 } }, /^canary\.minutes: is missing; expected a number\.$/],
    ["a list for a map", { environment: ["A"] }, /^environment: is a list; expected fields with values\.$/],
  ];
  for (const [what, settings, expected] of examples) {
    it(`is told with its value and how to set the right one: ${what}`, async () => {
      const { error } = await refusal({ ...repository, ...settings });
      const messages = error!.problems.map(({ path, message }) => `${path}: ${message}`);
      assert.equal(messages.length, 1);
      assert.match(messages[0]!, expected);
    });
  }

  it("is told without its value where it is a secret", async () => {
    const key = "greenlight:environment";
    const program = () => {
      pulumi.runtime.setAllConfig({ ...pulumi.runtime.allConfig(), [key]: '{"PIN":4711}' }, [key]);
      readSettings();
    };
    const { error } = await refusal(repository, program);
    assert.match(error!.message, /environment\.PIN: is a number; expected text\..* --type string '.*PIN' VALUE$/m);
    assert.doesNotMatch(error!.message, /4711/);
  });
});
