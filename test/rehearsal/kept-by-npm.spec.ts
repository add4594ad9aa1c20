import assert from "node:assert/strict";
import type { UsageError } from "../../rehearsal/command-line";
import { CommandLine } from "../../rehearsal/command-line";
import { meantCommand } from "../../rehearsal/kept-by-npm";

const specification = {
  app: { type: "string" },
  stack: { type: "string" },
  keep: { type: "boolean" },
  json: { type: "boolean" },
  "port-offset": { type: "string" },
} as const;
const start = { npm_lifecycle_event: "start" };

describe("options that npm keeps for itself", () => {
  it("are found in its variables, with their values among the words", () => {
    const kept = { npm_config_stack: "true", npm_config_keep: "true", npm_config_port_offset: "true" };
    assert.equal(
      meantCommand(["prod", "1000"], specification, { ...start, ...kept }),
      "npm start -- --stack prod --keep --port-offset 1000",
    );
    assert.equal(meantCommand([], specification, { ...start, npm_config_stack: "prod" }), "npm start -- --stack prod");
  });

  it("are an app's folder where only a word is left of them", () => {
    assert.equal(meantCommand(["../my-app"], specification, start), "npm start -- --app ../my-app");
  });

  it("are named with the script that was run", () => {
    const cost = { npm_lifecycle_event: "cost", npm_config_stack: "true" };
    assert.equal(meantCommand(["prod"], { stack: { type: "string" } }, cost), "npm run cost -- --stack prod");
  });

  it("are none where all came through, where npm was not used, or where npm has such a setting itself", () => {
    assert.equal(meantCommand(["--app", "../my-app"], specification, start), undefined);
    assert.equal(meantCommand(["../my-app"], specification, {}), undefined);
    assert.equal(meantCommand([], specification, { ...start, npm_config_json: "true" }), undefined);
  });

  it("are the one mistake of the command line", () => {
    const line = new CommandLine(["../my-app"], specification, start);
    assert.throws(
      () => line.refuseMistakes("usage"),
      ({ mistakes }: UsageError) => {
        assert.deepEqual(mistakes, [
          'npm kept the options that stand before "--" for itself. Write: npm start -- --app ../my-app',
        ]);
        return true;
      },
    );
  });
});
