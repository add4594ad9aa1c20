import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startsOn, watchedBranch } from "../../../rehearsal/codepipeline/triggers";
import { Stage } from "../../../rehearsal/faults/stage";
import type { PipelineAction, PushFilter } from "../../../rehearsal/graph/resources";

function pipeline(DetectChanges: string, ...pushes: PushFilter[]) {
  const commit: PipelineAction = {
    name: "Commit",
    provider: "CodeStarSourceConnection",
    configuration: { BranchName: "main", DetectChanges },
  };
  const triggers = pushes.length > 0 ? { triggers: [{ gitConfiguration: { pushes } }] } : {};
  return { stages: [{ name: "Source", actions: [commit] }], ...triggers };
}

describe("a push", () => {
  it("starts the pipeline on its source's branch alone, and only if that is watched", () => {
    const changedFiles = ["app/server.js"];
    assert.equal(startsOn(pipeline("true"), { branch: "main", changedFiles }), true);
    assert.equal(startsOn(pipeline("true"), { branch: "topic", changedFiles }), false);
    assert.equal(startsOn(pipeline("false"), { branch: "main", changedFiles }), false);
  });

  it("starts it by its branch where triggers say so, and then no longer by the source's own", () => {
    const filtered = pipeline("false", { branches: { includes: ["release/*", "v?"], excludes: ["release/old*"] } });
    const starts = ["release/2", "v3", "main", "release/old-1", "release/a/b", "v10", "other"].filter((branch) =>
      startsOn(filtered, { branch }),
    );
    assert.deepEqual(starts, ["release/2", "v3"]);
  });

  it("starts it if it changes a file of the service's own", () => {
    const filePaths = { includes: ["services/shop/**", "*.{json,lock}"], excludes: ["**/*.md"] };
    const starts = (...changedFiles: string[]) =>
      startsOn(pipeline("false", { branches: { includes: ["main"] }, filePaths }), { branch: "main", changedFiles });
    assert.equal(starts("services/shop/src/server.js"), true);
    assert.equal(starts("services/till/server.js", "package.json"), true);
    assert.equal(starts("services/till/server.js", "services/till/package.json"), false);
    assert.equal(starts("services/shop/README.md", "README.md"), false);
    assert.equal(starts(), false);
  });

  it("starts it by one of its first hundred files, and not by the files of a branch that is new", () => {
    const filtered = pipeline("false", { filePaths: { includes: ["shop/**"] } });
    const others = Array.from({ length: 100 }, (_, index) => `till/${index}`);
    const branch = "main";
    assert.equal(startsOn(filtered, { branch, changedFiles: [...others.slice(1), "shop/1"] }), true);
    assert.equal(startsOn(filtered, { branch, changedFiles: [...others, "shop/1"] }), false);
    assert.equal(startsOn(filtered, { branch }), false);
  });

  it("goes to the source's branch, or to one that the triggers take instead", () => {
    assert.equal(watchedBranch(pipeline("true")), "main");
    assert.equal(watchedBranch(pipeline("false", { filePaths: { includes: ["shop/**"] } })), "main");
    assert.equal(watchedBranch(pipeline("false", { branches: { includes: ["release/**"] } })), "release/1");
    assert.equal(watchedBranch(pipeline("false", { branches: { includes: ["{beta,rc}-?"] } })), "beta-1");
    assert.equal(watchedBranch(pipeline("false", { branches: { excludes: ["main"] } })), "rehearsal");
  });
});

describe("the rehearsal of a repository of several services", () => {
  const directory = process.cwd();
  let stage: Stage;

  before(() => process.chdir(join(__dirname, "../../..")));
  after(async () => {
    await stage.close();
    process.chdir(directory);
  });

  it("releases a push of this one's files, and starts nothing for another one's", async () => {
    const triggers = { branches: { includes: ["release/*"] }, filePaths: { includes: ["app/**"] } };
    stage = await Stage.set({ settings: { "greenlight:triggers": JSON.stringify(triggers) } });
    const { repository } = stage.rehearsal;
    await repository.commitAndPush("The other service", () =>
      writeFile(join(repository.cloneDirectory, "other.txt"), "2\n"),
    );
    const { status } = await stage.release();
    assert.equal(status, "Succeeded");
    const runs = stage.events.filter(({ type }) => type === "execution.started");
    assert.equal(runs.length, 1);
  });
});
