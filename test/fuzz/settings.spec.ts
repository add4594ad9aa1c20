import assert from "node:assert/strict";
import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput } from "../../components";
import { Recorder } from "../../rehearsal/graph/recorder";
import { readSettings } from "../../settings";
import { schema } from "../../settings/schema";
import { many, mutated } from "./mutations";

const names = Object.keys(schema.shape);
const sound: Record<string, unknown> = {
  githubRepository: "example-org/example-app",
  cpu: 256,
  memoryMiB: 512,
  environment: { LOG_LEVEL: "info" },
  healthCheck: { path: "/", intervalSeconds: 10 },
  checks: [{ path: "/health", expectStatus: 200, maxLatencyMs: 500 }],
  testCidrs: ["203.0.113.0/24"],
  waitMinutes: 5,
  canary: { percent: 10, minutes: 5 },
  alarms: {},
  autoscaling: { minCount: 1, maxCount: 4 },
};

describe("settings of any kind", () => {
  before(() => Recorder.install({ project: "greenlight", stack: "dev" }));
  after(() => pulumi.runtime.disconnect());

  it("are read, or refused with the place and the reason of each mistake", () => {
    const unlikely = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ minLength: 1 })), fc.jsonValue(), {
      maxKeys: 6,
    });
    const given = fc.oneof(
      unlikely,
      mutated(sound).map((value) => value as Record<string, unknown>),
      unlikely.map((some) => ({ ...sound, ...some })),
    );
    fc.assert(
      fc.property(given, (settings) => {
        // Pulumi has no setting without a name.
        const named = Object.entries(settings ?? {}).filter(([name]) => name !== "");
        const entries = named.map(([name, value]): [string, string] => [
          `greenlight:${name}`,
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
        pulumi.runtime.setAllConfig(Object.fromEntries(entries));
        try {
          const { name, githubRepository } = readSettings();
          assert.deepEqual([typeof name, typeof githubRepository], ["string", "string"]);
        } catch (error) {
          assert.ok(error instanceof InvalidInput, (error as Error).stack);
          assert.ok(error.problems.length > 0);
          for (const { path, message } of error.problems)
            assert.ok(path !== "" && message.trim() !== "", `${path}: ${message}`);
        }
      }),
      many,
    );
  });
});
