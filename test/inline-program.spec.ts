import assert from "node:assert/strict";
import { join } from "node:path";
import { evaluate } from "../rehearsal/graph/evaluate";
import { checkout } from "./support/checkout";

const path = join(checkout, "index.ts");
const options = {
  project: "greenlight",
  stack: "dev",
  config: { "greenlight:githubRepository": "example-org/example-app" },
};

describe("the program as an inline program of the Automation API", () => {
  const forget = () => delete require.cache[require.resolve(path)];
  beforeEach(forget);
  afterEach(forget);

  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const program = () => require(path) as Record<string, unknown>;

  it("registers its resources once, and refuses to seem empty when it is run again in the same process", async () => {
    const { recorder, outputs } = await evaluate(options, program);
    assert.ok(recorder.resources.length > 50);
    assert.ok("prodUrl" in outputs);
    await assert.rejects(evaluate(options, program), /index\.ts has already run in this process.*process of its own/);
  });

  it("registers them anew once it is required anew", async () => {
    const first = await evaluate(options, program);
    forget();
    const second = await evaluate(options, program);
    assert.equal(second.recorder.resources.length, first.recorder.resources.length);
  });

  it("lets others read its outputs, as unit tests with mocks do", async () => {
    await evaluate(options, program);
    assert.notEqual(program().prodUrl, undefined);
  });
});
