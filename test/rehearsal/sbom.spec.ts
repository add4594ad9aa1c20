import assert from "node:assert/strict";
import { Stage } from "../../rehearsal/faults/stage";
import { totals } from "../../rehearsal/traffic/report";

interface Bill {
  readonly bomFormat: string;
  readonly metadata: {
    readonly component: {
      readonly name: string;
      readonly version: string;
      readonly hashes: readonly { readonly alg: string; readonly content: string }[];
    };
    readonly properties: readonly { readonly value: string }[];
  };
  readonly compositions: readonly { readonly aggregate: string }[];
}

describe("the rehearsal of a stack with bills of materials", () => {
  let stage: Stage;

  beforeEach(async () => {
    const settings = {
      "greenlight:sbom": "true",
      // Its images' tags are more than the commit.
      "greenlight:cpuArchitecture": "ARM64",
      // How green is tested is another matter, and takes its time on a busy machine.
      "greenlight:waitMinutes": "0",
      "greenlight:checks": JSON.stringify([{ path: "/", maxLatencyMs: 60_000 }]),
    };
    stage = await Stage.set({ settings });
  });
  afterEach(() => stage.close());

  it("keeps one of the released image in the bucket, under its tag, and says that it looked into nothing", async () => {
    const { status, reason, execution } = await stage.release();
    assert.deepEqual([status, reason], ["Succeeded", undefined]);

    const tag = `${execution.commitId}-arm64`;
    const kept = stage.events.filter(({ type }) => type === "object.created");
    assert.deepEqual(
      kept.map(({ detail }) => detail.key),
      [`${tag}/sbom.json`],
    );
    const bucket = String(kept[0]!.detail.bucket);
    assert.match(bucket, /^greenlight-dev-sbom-/);
    const file = stage.rehearsal.buckets.get(bucket, `${tag}/sbom.json`);
    const { bomFormat, metadata, compositions } = JSON.parse(file!.toString("utf8")) as Bill;
    assert.equal(bomFormat, "CycloneDX");
    assert.match(metadata.properties[0]!.value, /has looked into nothing/);
    assert.deepEqual(
      compositions.map(({ aggregate }) => aggregate),
      ["unknown"],
    );

    const { name, version, hashes } = metadata.component;
    const registered = stage.events.filter(({ type }) => type === "task-definition.registered").at(-1)!;
    const [container] = registered.detail.containerDefinitions as { image: string }[];
    const [, repository, digest] = /\/([^/@]+)@sha256:([0-9a-f]{64})$/.exec(container!.image)!;
    assert.deepEqual([name, version], [repository, tag]);
    assert.deepEqual(hashes, [{ alg: "SHA-256", content: digest }]);
  });

  it("does not release an image that is gone before it was looked into, and leaves production alone", async () => {
    stage.when(/^The release deploys /, () => stage.removeImages());
    const { status, reason } = await stage.release();
    assert.equal(status, "Failed");
    assert.match(reason!, /^action Sbom: The image with imageId .* does not exist within the repository/);
    const failed = stage.events.filter(({ type }) => type === "stage.failed").map(({ detail }) => detail.stage);
    assert.deepEqual(failed, ["Build"]);
    assert.ok(!stage.events.some(({ type }) => type === "object.created" || type.startsWith("lifecycle.")));
    assert.deepEqual(stage.rehearsal.stack.runningVersions, ["v1"]);
    const { sent, failed: lost } = totals(await stage.traffic.stop());
    assert.ok(sent > 0 && lost === 0);
    assert.deepEqual(stage.invariants.violations, []);
  });
});
