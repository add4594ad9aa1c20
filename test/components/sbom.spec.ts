import assert from "node:assert/strict";
import { devGraph, type Graph, its, refusal, statements } from "../support/graph";
import { promoteFrom } from "../support/promotion";

const bucketType = "aws:s3/bucket:Bucket";
const pipelineType = "aws:codepipeline/pipeline:Pipeline";
const commit = "#{SourceVariables.CommitId}";

const stages = (graph: Graph) =>
  graph.recorder.find(pipelineType).inputs.stages as readonly { actions: Record<string, unknown>[] }[];

describe("a bill of materials of each image", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph({ sbom: true });
  });

  it("is written by Inspector once the image is there, by the commit that is its tag, and stops nothing for what it finds", () => {
    const [source, build] = stages(graph);
    assert.equal(source!.actions[0]!.namespace, "SourceVariables");
    const [image, scan] = build!.actions;
    assert.equal(image!.runOrder, undefined);
    assert.deepEqual(scan, {
      name: "Sbom",
      category: "Invoke",
      owner: "AWS",
      provider: "InspectorScan",
      version: "1",
      runOrder: 2,
      outputArtifacts: ["Sbom"],
      configuration: {
        InspectorRunMode: "ECRImageScan",
        ECRRepositoryName: its(graph, "aws:ecr/repository:Repository", "", "name"),
        ImageTag: commit,
      },
    });
  });

  it("is of the image for ARM64, whose tag says so, where the tasks run on it", async () => {
    const [, build] = stages(await devGraph({ sbom: true, cpuArchitecture: "ARM64" }));
    const [, scan, keep] = build!.actions.map(({ configuration }) => configuration as Record<string, string>);
    assert.deepEqual([scan!.ImageTag, keep!.ObjectKey], [`${commit}-arm64`, `${commit}-arm64`]);
  });

  it("is kept under the commit before anything is deployed", () => {
    const [, build] = stages(graph);
    assert.deepEqual(build!.actions.slice(2), [
      {
        name: "KeepSbom",
        category: "Deploy",
        owner: "AWS",
        provider: "S3",
        version: "1",
        runOrder: 3,
        inputArtifacts: ["Sbom"],
        configuration: { BucketName: its(graph, bucketType, "-sbom", "bucket"), ObjectKey: commit, Extract: "true" },
      },
    ]);
    assert.equal(graph.outputs.sbomBucket, its(graph, bucketType, "-sbom", "bucket"));
  });

  it("does not expire, unlike an earlier one of the same commit", () => {
    const { rules } = graph.recorder.find("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "-sbom")
      .inputs as { rules: Record<string, unknown>[] };
    assert.deepEqual(
      rules.map(({ expiration, noncurrentVersionExpiration }) => [expiration, noncurrentVersionExpiration]),
      [[undefined, { noncurrentDays: 90 }]],
    );
  });

  it("goes with the stack, unless the stack is protected from deletion", async () => {
    const forceDestroy = (it: Graph) => it.recorder.find(bucketType, "-sbom").inputs.forceDestroy;
    assert.equal(forceDestroy(graph), true);
    assert.equal(forceDestroy(await devGraph({ sbom: true, deletionProtection: true })), false);
  });

  it("has a log that ends, under the pipeline's own name, whichever controller names it", async () => {
    for (const controller of ["CODE_DEPLOY", "ECS"]) {
      const it = await devGraph({ sbom: true, controller, logRetentionDays: 14 });
      assert.deepEqual(it.recorder.find("aws:cloudwatch/logGroup:LogGroup", "-sbom").inputs, {
        name: `/aws/codepipeline/${its(it, pipelineType, "", "name")}`,
        retentionInDays: 14,
      });
    }
  });

  it("lets the pipeline put it into its bucket, and take nothing out", () => {
    const bucket = its(graph, bucketType, "-sbom", "arn");
    const granted = statements(graph, "-pipeline").filter(({ Resource }) =>
      Resource.some((arn) => arn.startsWith(bucket)),
    );
    assert.deepEqual(
      granted.map(({ Action, Resource }) => [Action, Resource]),
      [
        [["s3:PutObject"], [`${bucket}/*`]],
        [["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], [bucket]],
      ],
    );
  });

  it("is not there unless a stack asks for it", async () => {
    const plain = await devGraph();
    assert.equal(stages(plain)[1]!.actions.length, 1);
    assert.equal(plain.outputs.sbomBucket, "none");
    assert.ok(!JSON.stringify(plain.recorder.resources.map(({ inputs }) => inputs)).includes("inspector"));
  });

  it("is refused where nothing is built: the stack that builds keeps it", async () => {
    const { paths, registered } = await refusal({ promoteFrom, sbom: true });
    assert.deepEqual([paths, registered], [["sbom"], []]);
    assert.equal((await refusal({ promoteFrom, sbom: false })).error, undefined);
  });
});
