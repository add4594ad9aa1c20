import assert from "node:assert/strict";
import { combinations } from "./support/bad-combinations";
import { refusal } from "./support/graph";

const stack = { githubRepository: "example-org/example-app", "aws:region": "eu-central-1" };

describe("settings that do not go together", () => {
  for (const [title, [settings, paths, wayOut]] of Object.entries(combinations)) {
    it(`are refused before anything is registered, with the way out: ${title}`, async () => {
      const { error, paths: refused, registered } = await refusal(given({ ...stack, ...settings }));
      assert.deepEqual(refused, paths);
      assert.match(error!.message, wayOut);
      assert.deepEqual(registered, []);
    });
  }

  it("are all told at once", async () => {
    const wrong = ["a circuit breaker with CodeDeploy", "two listeners on one port", "a window that never opens"];
    const cases = [...wrong, "two sidecars of one name", "a promotion to itself"].map((title) => combinations[title]!);
    const { paths } = await refusal(
      given(Object.assign({}, stack, ...cases.map(([settings]) => settings)) as typeof stack),
    );
    assert.deepEqual(paths.sort(), cases.flatMap(([, expected]) => expected).sort());
  });
});

/** Without what a case takes out of the stack's settings. */
function given(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
