import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { renderPromotionBuildspec } from "../../components/pipeline/promotion-buildspec";
import type { BuildResult } from "../../rehearsal/codebuild/run-build";
import type { TimelineEvent } from "../../rehearsal/events";
import type { ImageStore } from "../../rehearsal/images/image-store";
import { installStandIns } from "../../rehearsal/images/stand-ins";
import { ImageWorkshop } from "../rehearsal/support/image-workshop";
import { runBuildIn } from "../rehearsal/support/run-build-in";

const commitId = "0123456789abcdef0123456789abcdef01234567";
const uri = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-prod";
const before = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/shop-dev";

describe("the buildspec of a promotion, carried out", function () {
  this.timeout(60_000);
  let workshop: ImageWorkshop;
  let directory: string;
  let store: ImageStore;
  let log: string[];
  let released: string;

  beforeEach(async () => {
    workshop = await ImageWorkshop.open();
    ({ directory, store } = workshop);
    for (const repository of [uri, before]) await store.createRepository(repository);
    for (const name of ["bin", "work", "source"]) await mkdir(join(directory, name), { recursive: true });
    await installStandIns({ binDirectory: join(directory, "bin"), storeDirectory: store.directory });
    released = await image("console.log(1)\n", `${before}:${commitId}`);
    log = [];
    await release(`${before}@${released}`);
  });
  afterEach(() => workshop.close());

  /** Builds and pushes an image; returns its digest. */
  async function image(code: string, reference: string): Promise<string> {
    const files = { Dockerfile: "FROM node:22\nCOPY a.js .\nCMD node a.js\n", "a.js": code };
    await workshop.buildFiles(files, reference);
    return (await store.push(reference)).digest;
  }

  /** What the stack before says that it has released. */
  async function release(imageUri: string, commit = commitId): Promise<void> {
    await writeFile(join(directory, "source/imageDetail.json"), `${JSON.stringify({ ImageURI: imageUri })}\n`);
    await writeFile(join(directory, "source/commit.txt"), `${commit}\n`);
  }

  function promote(): Promise<BuildResult> {
    const keep = ({ type, text }: TimelineEvent) => void (type === "output" && log.push(text));
    const environment = { REPOSITORY_URI: uri, SOURCE_REPOSITORY_URI: before, AWS_DEFAULT_REGION: "eu-central-1" };
    return runBuildIn(directory, renderPromotionBuildspec(), keep, { environment, timeoutMinutes: 30 });
  }

  it("copies the image that was released, under its digest and its commit's tag, and hands both on", async () => {
    const { status, artifact } = await promote();
    assert.equal(status, "SUCCEEDED", log.join("\n"));
    const files = unzipSync(artifact!);
    assert.deepEqual(JSON.parse(strFromU8(files["imageDetail.json"]!)), { ImageURI: `${uri}@${released}` });
    assert.equal(strFromU8(files["commit.txt"]!), `${commitId}\n`);
    assert.deepEqual((await store.describe(`${uri}@${released}`)).imageTags, [commitId]);
  });

  it("copies it once", async () => {
    await promote();
    log = [];
    assert.equal((await promote()).status, "SUCCEEDED");
    assert.ok(log.includes("Nothing to copy: one image is copied once"), log.join("\n"));
  });

  it("refuses an image of another repository, and one that is named by its tag", async () => {
    for (const wrong of [`${uri}@${released}`, `${before}-evil@${released}`, `${before}:${commitId}`]) {
      await release(wrong);
      const { status, reason } = await promote();
      assert.equal(status, "FAILED", wrong);
      assert.ok(reason?.includes(`imageDetail.json names ${wrong}; expected an image of ${before} by digest`), reason);
    }
  });

  it("refuses a commit that is none", async () => {
    await release(`${before}@${released}`, "main; rm -rf /");
    const { status, reason } = await promote();
    assert.equal(status, "FAILED");
    assert.match(reason!, /commit.txt must be a full commit id of 40 hexadecimal digits/);
  });

  it("refuses to ship under that commit what was not tested", async () => {
    const other = await image("console.log(2)\n", `${uri}:${commitId}`);
    assert.notEqual(other, released);
    const { status, reason } = await promote();
    assert.equal(status, "FAILED");
    assert.match(
      reason!,
      new RegExp(`The tag ${commitId} is ${other} here, but ${released} is what was released before`),
    );
  });

  it("fails when the image is gone from where it was released", async () => {
    await release(`${before}@sha256:${"0".repeat(64)}`);
    const { status } = await promote();
    assert.equal(status, "FAILED");
    assert.ok(
      log.some((line) => line.includes("does not exist within the repository")),
      log.join("\n"),
    );
  });
});
