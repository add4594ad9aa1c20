import assert from "node:assert/strict";
import { devGraph, type Graph, its, statements } from "../support/graph";

const imageType = "docker:index/image:Image";

describe("the image repository", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("has tags that cannot be moved, scans each push, and goes with the stack", () => {
    const { inputs, protect } = graph.recorder.find("aws:ecr/repository:Repository");
    assert.deepEqual(inputs, {
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS" }],
      forceDelete: true,
    });
    assert.equal(protect, false);
  });

  it("expires untagged images only, so that no rule can take the live one", () => {
    const { repository, policy } = graph.recorder.find("aws:ecr/lifecyclePolicy:LifecyclePolicy").inputs;
    assert.equal(repository, its(graph, "aws:ecr/repository:Repository", "", "name"));
    assert.deepEqual(JSON.parse(policy as string), {
      rules: [
        {
          rulePriority: 1,
          description: "What no commit's tag holds",
          selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
          action: { type: "expire" },
        },
      ],
    });
  });

  it("gets its first image by `pulumi up`, from the app's directory, once", () => {
    const image = graph.recorder.find(imageType);
    assert.deepEqual(image.inputs, {
      imageName: `${its(graph, "aws:ecr/repository:Repository", "", "repositoryUrl")}:first`,
      build: { context: "./app", dockerfile: "app/Dockerfile", platform: "linux/amd64" },
      registry: {
        server: "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        username: "AWS",
        password: "a-registry-token",
      },
      buildOnPreview: false,
      skipPush: false,
    });
    assert.deepEqual(image.ignoreChanges, ["build", "imageName", "registry"]);
    assert.equal(image.retainOnDelete, true);
    assert.deepEqual(image.secretInputs, ["registry"]);
    assert.equal(graph.outputs.firstImage, image.outputs.repoDigest);
  });

  it("gets that image for ARM64 where the tasks run on it", async () => {
    const arm = await devGraph({ cpuArchitecture: "ARM64" });
    assert.equal((arm.recorder.find(imageType).inputs.build as { platform: string }).platform, "linux/arm64");
  });
});

describe("a given first image", () => {
  it("is what the service is born with, and nothing is built", async () => {
    const graph = await devGraph({ firstImage: "public.ecr.aws/nginx/nginx:1.29", appDirectory: "./not-there" });
    assert.deepEqual(graph.recorder.all(imageType), []);
    const { containerDefinitions } = graph.recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    assert.match(containerDefinitions as string, /"image":"public.ecr.aws\/nginx\/nginx:1.29"/);
    assert.equal(graph.outputs.firstImage, "public.ecr.aws/nginx/nginx:1.29");
    assert.deepEqual(pullable(graph), [its(graph, "aws:ecr/repository:Repository", "", "arn")]);
  });

  it("may be pulled where it comes from another private ECR repository", async () => {
    const graph = await devGraph({ firstImage: "999999999999.dkr.ecr.us-east-1.amazonaws.com/team/app:v1" });
    assert.deepEqual(pullable(graph), [
      its(graph, "aws:ecr/repository:Repository", "", "arn"),
      "arn:aws:ecr:us-east-1:999999999999:repository/team/app",
    ]);
  });

  function pullable(graph: Graph) {
    return statements(graph, "-execution").find(({ Action }) => Action.includes("ecr:BatchGetImage"))!.Resource;
  }
});

describe("deletion protection", () => {
  it("keeps the service, the load balancer with its production listener, and the repository with its images", async () => {
    const graph = await devGraph({ deletionProtection: true });
    const repository = graph.recorder.find("aws:ecr/repository:Repository");
    assert.equal(repository.protect, true);
    assert.equal(repository.inputs.forceDelete, false);
    const loadBalancer = graph.recorder.find("aws:lb/loadBalancer:LoadBalancer");
    assert.equal(loadBalancer.protect, true);
    assert.equal(loadBalancer.inputs.enableDeletionProtection, true);
    const kept = graph.recorder.resources.filter(({ protect }) => protect).map(({ type }) => type);
    assert.deepEqual(kept.sort(), [
      "aws:ecr/repository:Repository",
      "aws:ecs/service:Service",
      "aws:lb/listener:Listener",
      "aws:lb/loadBalancer:LoadBalancer",
    ]);
    assert.equal(graph.recorder.find("aws:lb/listener:Listener", "-production").protect, true);
  });

  it("is off by default; only the first image outlives its place in the program", async () => {
    const { recorder } = await devGraph();
    assert.deepEqual(
      recorder.resources.filter(({ protect, retainOnDelete }) => protect || retainOnDelete).map(({ type }) => type),
      [imageType],
    );
  });
});
