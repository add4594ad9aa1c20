import * as assert from "node:assert/strict";
import { promoteFrom, promoteTo } from "../support/promotion";
import { Cloud } from "./cloud/cloud";
import { existingPlace } from "./support/existing-place";
import { Stack } from "./support/stack";

const tests = { command: "npm test", reportFiles: ["reports/*.xml"] };

describe("a live stack's pipeline", function () {
  const cloud = new Cloud();
  const place = existingPlace(cloud);
  let from: Stack;
  let to: Stack;

  before(async () => {
    const config = place.config("dev.example.com", 200);
    from = await Stack.create({ cloud, stack: "from", config: { ...config, "greenlight:promoteTo": promoteTo } });
    await from.up("without tests");
  });
  after(async () => {
    await from?.close();
    await to?.close();
  });

  it("gets the app's tests as a project of their own, and its other parts stay", async () => {
    await from.configure({ "greenlight:tests": tests });
    const { steps } = await from.up("with tests");
    assert.deepEqual(summary(steps), [
      "create LogGroup",
      "create Project",
      "create ReportGroup",
      "create Role",
      "create RolePolicy",
      "create TestProject",
      "update Pipeline",
      "update RolePolicy",
    ]);
    assert.deepEqual((await from.up("again")).steps, []);
  });

  it("takes the releases of the stack before, told on a bus that AWS accepts the policy of", async () => {
    const bucket = promoteFrom.bucket;
    cloud.create("aws:s3/bucket:Bucket", bucket, { bucket });
    const versioningConfiguration = { status: "Enabled" };
    cloud.create("aws:s3/bucketVersioning:BucketVersioning", bucket, { bucket, versioningConfiguration });
    const config = { ...place.config("prod.example.com", 300), "greenlight:githubRepository": undefined };
    to = await Stack.create({ cloud, stack: "to", config: { ...config, "greenlight:promoteFrom": promoteFrom } });
    await to.up("promotes");
    assert.equal(cloud.all("aws:cloudwatch/eventBusPolicy:EventBusPolicy").length, 1);
    assert.deepEqual((await to.up("again")).steps, []);
  });
});

function summary(steps: readonly { readonly op: string; readonly type: string }[]): string[] {
  return steps.map(({ op, type }) => `${op} ${type.split(":").at(-1)}`).sort();
}
