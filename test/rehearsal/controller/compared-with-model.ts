import fc from "fast-check";
import assert from "node:assert/strict";
import { anyDeaths } from "./circumstances";
import type { Death } from "./mortal-cloud";

export interface Compared<Circumstances, World> {
  readonly circumstances: fc.Arbitrary<Circumstances>;
  /** Runs the real controller, which dies at these moments; what it told must not depend on them. */
  readonly deployed: (
    given: Circumstances,
    when: readonly Death[],
  ) => Promise<{ readonly world: World; readonly told: unknown }>;
  readonly expectedWorld: (given: Circumstances) => World;
}

/** The tests that each controller of a deployment has to pass beside its model. */
export function comesToItsModelsEnd<C, W>({ circumstances, deployed, expectedWorld }: Compared<C, W>): void {
  it("comes to the same end, whatever happens in its steps", async () => {
    await fc.assert(
      fc.asyncProperty(circumstances, async (given) => {
        assert.deepEqual((await deployed(given, [])).world, expectedWorld(given));
      }),
      { numRuns: 400 },
    );
  });

  it("comes to the same end, however often its controller dies", async () => {
    await fc.assert(
      fc.asyncProperty(circumstances, anyDeaths, async (given, when) => {
        const { world, told } = await deployed(given, when);
        assert.deepEqual(world, expectedWorld(given));
        assert.deepEqual(told, (await deployed(given, [])).told);
      }),
      { numRuns: 400 },
    );
  });
}
