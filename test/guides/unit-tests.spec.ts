import assert from "node:assert/strict";
import { BlueGreenEcsService, createNetwork } from "../../components";
import { evaluate } from "../../testing";

function program() {
  const network = createNetwork("shop");
  const service = new BlueGreenEcsService("shop", {
    network,
    image: "public.ecr.aws/docker/library/httpd:2.4",
    repositoryArn: "arn:aws:ecr:eu-central-1:123456789012:repository/shop",
    desiredCount: 2,
  });
  return { url: service.prodUrl };
}

describe("the shop", () => {
  it("runs twice", async () => {
    const { recorder, outputs } = await evaluate({ project: "shop", stack: "dev" }, program);
    assert.equal(recorder.find("aws:ecs/service:Service").inputs.desiredCount, 2);
    assert.match(String(outputs.url), /^http:\/\/shop-/);
  });

  it("can be previewed, while AWS's answers are unknown", async () => {
    const { recorder } = await evaluate({ project: "shop", stack: "dev", preview: true }, program);
    assert.equal(recorder.all("aws:lb/targetGroup:TargetGroup").length, 2);
  });
});
