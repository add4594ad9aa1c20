import assert from "node:assert/strict";
import { devGraph, refusal } from "../support/graph";

const pipelineType = "aws:codepipeline/pipeline:Pipeline";

interface Source {
  readonly actions: { readonly configuration: Readonly<Record<string, string>> }[];
}

/** The pipeline's triggers, and whether every push to its branch starts it besides. */
async function triggers(settings: Readonly<Record<string, unknown>>) {
  const { inputs } = (await devGraph(settings)).recorder.find(pipelineType);
  const [source] = inputs.stages as Source[];
  return { triggers: inputs.triggers, everyPush: source!.actions[0]!.configuration.DetectChanges };
}

describe("the pipeline's triggers", () => {
  it("are every push to the branch, unless the stack says otherwise", async () => {
    assert.deepEqual(await triggers({}), { triggers: undefined, everyPush: "true" });
  });

  it("may be the pushes that change a service's own files, and no other push then", async () => {
    const filePaths = { includes: ["services/shop/**"], excludes: ["**/*.md"] };
    assert.deepEqual(await triggers({ triggers: { filePaths } }), {
      triggers: [
        {
          providerType: "CodeStarSourceConnection",
          gitConfiguration: { sourceActionName: "Commit", pushes: [{ branches: { includes: ["main"] }, filePaths }] },
        },
      ],
      everyPush: "false",
    });
  });

  it("may be those of other branches", async () => {
    const branches = { includes: ["release/*"] };
    const { triggers: made } = await triggers({ triggers: { branches } });
    assert.deepEqual(made, [
      {
        providerType: "CodeStarSourceConnection",
        gitConfiguration: { sourceActionName: "Commit", pushes: [{ branches }] },
      },
    ]);
  });

  it("are refused where they filter nothing, or with more patterns than AWS takes", async () => {
    const refused = async (given: unknown) => {
      const { paths, registered } = await refusal({ githubRepository: "a/b", triggers: given });
      assert.deepEqual(registered, []);
      return paths;
    };
    assert.deepEqual(await refused({}), ["triggers"]);
    assert.deepEqual(await refused({ filePaths: {} }), ["triggers.filePaths"]);
    const nine = Array.from({ length: 9 }, (_, index) => `${index}/**`);
    assert.deepEqual(await refused({ filePaths: { includes: nine } }), ["triggers.filePaths.includes"]);
  });
});
