import * as assert from "node:assert/strict";
import fc from "fast-check";
import * as path from "node:path";
import { evaluate } from "../../rehearsal/graph/evaluate";
import type { GraphResource } from "../../rehearsal/graph/recorder";
import { readStackConfig } from "../../rehearsal/graph/stack-config";
import { shortName } from "../../settings/short-name";
import { checkout, stacksDirectory } from "../support/checkout";
import { autoName, inputProblems } from "./cloud/resource-types";

/** What Pulumi takes for the name of a project or a stack. */
const pulumiName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/).filter((name) => name.length <= 40);

describe("physical names", function () {
  const cwd = process.cwd();
  before(() => process.chdir(checkout));
  after(() => process.chdir(cwd));

  it("fit AWS's limits and carry the stack, whatever project and stack are called", async () => {
    const longest = "a".repeat(40);
    await fc.assert(
      fc.asyncProperty(pulumiName, pulumiName, async (project, stack) => {
        const resources = await resourcesOf(project, stack);
        const prefix = shortName(`${project}-${stack}`);
        for (const { type, name, inputs } of resources) {
          const physical = autoName(type, name, "0123456789abcdef");
          assert.deepEqual(inputProblems(type, { ...physical, ...inputs }), [], `${type} ${name}`);
          for (const value of Object.values(physical)) assert.ok(String(value).startsWith(prefix), `${type} ${name}`);
        }
      }),
      { numRuns: 8, examples: [[longest, longest]] },
    );
  });

  it("differ between two stacks whose long names begin alike", () => {
    const project = "a-project-with-quite-a-long-name";
    assert.notEqual(shortName(`${project}-production`), shortName(`${project}-staging`));
  });
});

async function resourcesOf(project: string, stack: string): Promise<GraphResource[]> {
  const { config } = readStackConfig(stacksDirectory, "dev");
  const { recorder } = await evaluate({ project, stack, config }, () => {
    const program = path.join(checkout, "index.ts");
    delete require.cache[require.resolve(program)];
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(program) as Record<string, unknown>;
  });
  return recorder.resources.filter(({ custom, type }) => custom && type.startsWith("aws:"));
}
