import assert from "node:assert/strict";
import { parse } from "yaml";
import { devGraph, type Graph, its, refusal, statements } from "../support/graph";
import { promoteFrom, promoteTo, promoting } from "../support/promotion";

interface Stage {
  readonly name: string;
  readonly actions: { name: string; provider: string; runOrder?: number; configuration: Record<string, string> }[];
}

const stages = (graph: Graph) =>
  graph.recorder.find("aws:codepipeline/pipeline:Pipeline").inputs.stages as readonly Stage[];
const policy = (graph: Graph, type: string, name = "") =>
  (JSON.parse(graph.recorder.find(type, name).inputs.policy as string) as { Statement: Record<string, unknown>[] })
    .Statement;

describe("a stack whose releases others promote", () => {
  let graph: Graph;
  const readers = ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"];

  before(async () => {
    graph = await devGraph({ promoteTo });
  });

  it("says what it released once the deployment has succeeded, under a key that others can be given", () => {
    const deploy = stages(graph).at(-1)!;
    assert.deepEqual(
      deploy.actions.map(({ name, runOrder = 1 }) => [name, runOrder]),
      [
        ["BlueGreen", 1],
        ["Publish", 2],
      ],
    );
    const key = its(graph, "aws:kms/key:Key", "-released", "arn");
    const bucket = its(graph, "aws:s3/bucket:Bucket", "-released", "bucket");
    assert.deepEqual(deploy.actions[1]!.configuration, {
      BucketName: bucket,
      ObjectKey: "released.zip",
      Extract: "false",
      KMSEncryptionKeyARN: key,
    });
    const { rules } = graph.recorder.find(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "-released",
    ).inputs as { rules: { applyServerSideEncryptionByDefault: unknown }[] };
    const encryption = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key };
    assert.deepEqual(rules[0]!.applyServerSideEncryptionByDefault, encryption);
  });

  it("lets the other accounts pull its images and read what was released, and nothing else", () => {
    const [pull, ...more] = policy(graph, "aws:ecr/repositoryPolicy:RepositoryPolicy");
    assert.deepEqual(more, []);
    assert.deepEqual(pull, {
      Sid: "Promotion",
      Effect: "Allow",
      Principal: { AWS: readers },
      Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    });
    const [, read, find, ...rest] = policy(graph, "aws:s3/bucketPolicy:BucketPolicy", "-released");
    assert.deepEqual(rest, []);
    const bucket = its(graph, "aws:s3/bucket:Bucket", "-released", "arn");
    assert.deepEqual([read!.Principal, read!.Resource], [{ AWS: readers }, `${bucket}/released.zip`]);
    assert.deepEqual([find!.Principal, find!.Resource], [{ AWS: readers }, bucket]);
  });

  it("tells each of them on its bus", () => {
    const targets = graph.recorder.all("aws:cloudwatch/eventTarget:EventTarget").map(({ inputs }) => inputs.arn);
    assert.deepEqual(
      targets.filter((arn) => promoteTo.includes(arn as string)),
      promoteTo,
    );
    const told = statements(graph, "-tell");
    assert.deepEqual(told, [{ Effect: "Allow", Action: ["events:PutEvents"], Resource: promoteTo }]);
  });

  it("tells what the others need to know", () => {
    assert.deepEqual(graph.outputs.released, {
      repositoryUri: its(graph, "aws:ecr/repository:Repository", "", "repositoryUrl"),
      bucket: its(graph, "aws:s3/bucket:Bucket", "-released", "bucket"),
      keyArn: its(graph, "aws:kms/key:Key", "-released", "arn"),
      cpuArchitecture: "X86_64",
    });
  });

  it("leaves no trace of it where nobody promotes", async () => {
    const { recorder, outputs } = await devGraph();
    for (const type of ["aws:kms/key:Key", "aws:ecr/repositoryPolicy:RepositoryPolicy"])
      assert.deepEqual(recorder.all(type), []);
    assert.equal(outputs.released, "none");
  });
});

describe("a stack that promotes", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph(promoting);
  });

  it("takes what the stack before has released, and has no connection to GitHub", () => {
    const [source] = stages(graph);
    assert.deepEqual(
      source!.actions.map(({ name, provider }) => [name, provider]),
      [
        ["Released", "S3"],
        ["ReleaseTemplate", "S3"],
      ],
    );
    assert.deepEqual(source!.actions[0]!.configuration, {
      S3Bucket: promoteFrom.bucket,
      S3ObjectKey: "released.zip",
      PollForSourceChanges: "false",
    });
    assert.deepEqual(graph.recorder.all("aws:codeconnections/connection:Connection"), []);
    assert.equal(graph.outputs.connectionArn, "none");
  });

  it("is started by that stack's releases, told on a bus of its own to which that account alone may forward S3's events of new objects", () => {
    const bus = graph.recorder.find("aws:cloudwatch/eventBus:EventBus");
    assert.equal(bus.inputs.name, "greenlight-dev-promotions");
    assert.equal(graph.outputs.promotionBusArn, bus.outputs.arn);
    assert.deepEqual(policy(graph, "aws:cloudwatch/eventBusPolicy:EventBusPolicy"), [
      {
        Sid: "Releases",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: "events:PutEvents",
        Resource: bus.outputs.arn,
        Condition: {
          "ForAllValues:StringEquals": { "events:source": "aws.s3", "events:detail-type": "Object Created" },
        },
      },
    ]);
    const { eventBusName, eventPattern } = graph.recorder.find(
      "aws:cloudwatch/eventRule:EventRule",
      "-promotions",
    ).inputs;
    assert.equal(eventBusName, "greenlight-dev-promotions");
    assert.deepEqual(JSON.parse(eventPattern as string), {
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: [promoteFrom.bucket] }, object: { key: ["released.zip"] } },
    });
    const target = graph.recorder.find("aws:cloudwatch/eventTarget:EventTarget", "-promotions").inputs;
    assert.equal(target.arn, its(graph, "aws:codepipeline/pipeline:Pipeline", "", "arn"));
    assert.equal(target.eventBusName, "greenlight-dev-promotions");
  });

  it("copies the image into its own repository instead of building one", () => {
    const { environment, source } = graph.recorder.find("aws:codebuild/project:Project").inputs as {
      environment: { environmentVariables: { name: string; value: string }[] };
      source: { buildspec: string };
    };
    assert.deepEqual(environment.environmentVariables, [
      { name: "REPOSITORY_URI", value: its(graph, "aws:ecr/repository:Repository", "", "repositoryUrl") },
      { name: "SOURCE_REPOSITORY_URI", value: promoteFrom.repositoryUri },
    ]);
    const { phases } = parse(source.buildspec) as { phases: { build: { commands: string[] } } };
    assert.ok(!phases.build.commands.join("\n").includes("docker build "));
  });

  it("goes on from there as any other: scan gate, approval, window, and stacks after it", async () => {
    const full = await devGraph({
      ...promoting,
      promoteTo,
      scanGate: { severity: "HIGH" },
      deployApproval: {},
      deploymentWindow: { cron: "* * 9-16 ? * MON-THU *" },
    });
    assert.deepEqual(
      stages(full).map(({ name, actions }) => [name, actions.length]),
      [
        ["Source", 2],
        ["Build", 1],
        ["Approval", 1],
        ["Deploy", 2],
      ],
    );
  });

  it("is refused beside what only a build has, and with what is no stack's output, all at once", async () => {
    const { paths, registered } = await refusal({
      githubRepository: "a/b",
      triggers: { filePaths: { includes: ["x"] } },
      templateInRepository: true,
      promoteFrom: { repositoryUri: "docker.io/shop", bucket: "No Bucket", keyArn: "alias/x" },
      promoteTo: ["222222222222"],
    });
    assert.deepEqual(paths.sort(), [
      "githubRepository",
      "promoteFrom.bucket",
      "promoteFrom.keyArn",
      "promoteFrom.repositoryUri",
      "promoteTo[0]",
      "templateInRepository",
      "triggers",
    ]);
    assert.deepEqual(registered, []);
  });

  it("is refused with a repository and a key of two stacks", async () => {
    const keyArn = promoteFrom.keyArn.replace("111111111111", "444444444444");
    assert.deepEqual((await refusal({ promoteFrom: { ...promoteFrom, keyArn } })).paths, ["promoteFrom.keyArn"]);
  });

  it("is refused with images for another kind of machine than its tasks', and taken with those of its own", async () => {
    const arm = { ...promoteFrom, cpuArchitecture: "ARM64" };
    const { paths, error } = await refusal({ promoteFrom: arm });
    assert.deepEqual(paths, ["promoteFrom.cpuArchitecture"]);
    assert.match(error!.message, /is ARM64, and this stack's is X86_64; .* Set cpuArchitecture to ARM64\.$/);
    assert.equal((await refusal({ promoteFrom: arm, cpuArchitecture: "ARM64" })).error, undefined);
  });

  it("is the one kind of stack that needs no GitHub repository", async () => {
    const { paths, error } = await refusal({});
    assert.deepEqual(paths, ["githubRepository"]);
    assert.match(error!.message, /githubRepository: is missing; expected the GitHub repository as owner\/name/);
  });
});
