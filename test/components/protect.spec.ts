import assert from "node:assert/strict";
import type { InvalidInput } from "../../components";
import { BlueGreenEcsService, createNetwork, DeployPipeline, GreenTestHook, ImageRepository } from "../../components";
import { evaluate, type Graph } from "../../rehearsal/graph/evaluate";

const options = { project: "shop", stack: "dev" };

/** The program of the README, each of whose components has these options. */
function graphOf(deletionProtection: boolean, opts?: { readonly protect: boolean }): Promise<Graph> {
  return evaluate(options, () => {
    const repository = new ImageRepository("shop", { deletionProtection }, opts);
    const service = new BlueGreenEcsService(
      "shop",
      {
        network: createNetwork("shop", {}, opts),
        image: repository.buildFirstImage({ appDirectory: "./app" }),
        repositoryArn: repository.repository.arn,
        loadBalancer: { accessLogs: {} },
        deletionProtection,
      },
      opts,
    );
    const hook = new GreenTestHook("shop-test", { service }, opts);
    new DeployPipeline("shop", { service, repository, hook, githubRepository: "acme/shop", deletionProtection }, opts);
    return {};
  });
}

const shown = (graph: Graph, isProtected: boolean) =>
  graph.recorder.resources
    .filter(({ type, protect }) => type !== "pulumi:pulumi:Stack" && protect === isProtected)
    .map(({ type, name }) => `${type} ${name}`);

describe("protect", () => {
  it("on the components reaches every resource of theirs", async () => {
    assert.deepEqual(shown(await graphOf(false, { protect: true }), false), []);
  });

  it("is set by deletionProtection on what is live, and on nothing without", async () => {
    assert.deepEqual(shown(await graphOf(true), true).sort(), [
      "aws:ecr/repository:Repository shop",
      "aws:ecs/service:Service shop",
      "aws:lb/listener:Listener shop-production",
      "aws:lb/loadBalancer:LoadBalancer shop",
    ]);
    assert.deepEqual(shown(await graphOf(false), true), []);
  });
});

describe("a first image", () => {
  it("is built once, however many services begin with it", async () => {
    const { recorder, outputs } = await evaluate(options, () => {
      const repository = new ImageRepository("shop");
      const [one, other] = [1, 2].map(() => repository.buildFirstImage({ appDirectory: "./app" }));
      return { one, other };
    });
    assert.equal(recorder.all("docker:index/image:Image").length, 1);
    assert.equal(outputs.one, outputs.other);
  });

  it("of another folder or architecture needs another repository, which is said", async () => {
    await evaluate(options, () => {
      const repository = new ImageRepository("shop");
      repository.buildFirstImage({ appDirectory: "./app" });
      assert.throws(
        () => repository.buildFirstImage({ appDirectory: "./other", cpuArchitecture: "ARM64" }),
        (error: InvalidInput) =>
          error.problems.map(({ path }) => path).join() === "appDirectory,cpuArchitecture" &&
          /is \.\/other, but the first image is built with \.\/app\. Create another ImageRepository/.test(
            error.message,
          ),
      );
      return {};
    });
  });
});
