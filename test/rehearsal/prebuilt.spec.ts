import assert from "node:assert/strict";
import { broken } from "../../rehearsal/faults/broken";
import { Stage } from "../../rehearsal/faults/stage";
import { totals } from "../../rehearsal/traffic/report";

describe("deployments of images that are built already", () => {
  it("follow each other on one stage, without a build each", async () => {
    const stage = await Stage.set({});
    try {
      const fine = await stage.buildImage({ "version.txt": "2\n" });
      const faulty = await stage.buildImage(broken("exports.listens = false; setTimeout(process.exit, 50, 1);"));
      const builds = () => stage.events.filter(({ source }) => source === "codebuild").length;
      const built = builds();

      assert.equal(await stage.deploy(fine), undefined);
      assert.match((await stage.deploy(faulty)) ?? "", /replacement task set to become healthy/);
      assert.equal(await stage.deploy(fine), undefined);

      const { sent, failed } = totals(await stage.traffic.stop());
      assert.ok(sent > 0 && failed === 0);
      assert.deepEqual(new Set(stage.rehearsal.stack.runningVersions), new Set(["v4"]));
      assert.equal(builds(), built);
      assert.deepEqual(stage.invariants.violations, []);
    } finally {
      await stage.close();
    }
  });
});
