import assert from "node:assert/strict";
import { Stage } from "../../rehearsal/faults/stage";

/** Passes once the app's version is 2; the second release's is 3. */
const settings = { "greenlight:tests": JSON.stringify({ command: 'test "$(cat version.txt)" -le 2' }) };

describe("a rehearsed pipeline whose app has tests", () => {
  it("builds the image of a commit that passes them, and nothing of one that fails", async () => {
    const stage = await Stage.set({ settings });
    const lines = () => stage.events.filter(({ source }) => source === "codebuild").map(({ text }) => text);
    const at = (line: RegExp) => lines().findIndex((text) => line.test(text));
    try {
      assert.equal((await stage.release({ "version.txt": "2\n" })).status, "Succeeded");
      const [tested, built] = [at(/^Running the tests: /), at(/^Building .*:[0-9a-f]{40}$/)];
      assert.ok(tested >= 0 && tested < built, lines().join("\n"));

      const before = lines().length;
      const { status, reason } = await stage.release({ "version.txt": "3\n" });
      assert.equal(status, "Failed");
      assert.match(reason ?? "", /The tests failed with exit status 1/);
      assert.ok(
        !lines()
          .slice(before)
          .some((text) => text.startsWith("Building ")),
      );
      assert.deepEqual(stage.invariants.violations, []);
    } finally {
      await stage.close();
    }
  });
});
