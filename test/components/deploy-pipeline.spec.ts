import assert from "node:assert/strict";
import { renderBuildspec } from "../../components/pipeline/buildspec";
import { devGraph, type Graph, its, shortUrns, statements } from "../support/graph";

const pipelineType = "aws:codepipeline/pipeline:Pipeline";
const arm = { type: "ARM_CONTAINER", image: "aws/codebuild/amazonlinux-aarch64-standard:3.0" };

interface Stage {
  readonly name: string;
  readonly actions: readonly { readonly name: string; readonly configuration: Record<string, string> }[];
}

function stages(graph: Graph): Stage[] {
  return graph.recorder.find(pipelineType).inputs.stages as Stage[];
}

/** What every expected action has in common. */
function action(name: string, category: string, provider: string, configuration: object, artifacts: object) {
  return { name, category, owner: "AWS", provider, version: "1", ...artifacts, configuration };
}

describe("the pipeline", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph();
  });

  it("is a V2 pipeline with an artifact bucket, whose first run finds its role and template ready", () => {
    const { inputs, dependencies } = graph.recorder.find(pipelineType);
    const { stages: given, ...rest } = inputs;
    assert.equal((given as []).length, 3);
    assert.deepEqual(rest, {
      pipelineType: "V2",
      executionMode: "SUPERSEDED",
      roleArn: its(graph, "aws:iam/role:Role", "-pipeline", "arn"),
      artifactStores: [{ type: "S3", location: its(graph, "aws:s3/bucket:Bucket", "-artifacts", "bucket") }],
    });
    const waitsFor = shortUrns(dependencies);
    assert.ok(waitsFor.includes("aws:iam/rolePolicy:RolePolicy::greenlight-dev-pipeline"));
    assert.ok(waitsFor.includes("aws:s3/bucketObjectv2:BucketObjectv2::greenlight-dev-template"));
  });

  it("takes commits from GitHub through the connection, and the release template from its bucket", () => {
    const configuration = {
      ConnectionArn: its(graph, "aws:codeconnections/connection:Connection", "", "arn"),
      FullRepositoryId: "example-org/example-app",
      BranchName: "main",
      OutputArtifactFormat: "CODE_ZIP",
      DetectChanges: "true",
    };
    const template = {
      S3Bucket: its(graph, "aws:s3/bucket:Bucket", "-template", "bucket"),
      S3ObjectKey: "release-template.zip",
      PollForSourceChanges: "false",
    };
    assert.deepEqual(stages(graph)[0], {
      name: "Source",
      actions: [
        action("Commit", "Source", "CodeStarSourceConnection", configuration, {
          namespace: "SourceVariables",
          outputArtifacts: ["Source"],
        }),
        action("ReleaseTemplate", "Source", "S3", template, { outputArtifacts: ["ReleaseTemplate"] }),
      ],
    });
  });

  it("builds the image from the commit", () => {
    const configuration = { ProjectName: its(graph, "aws:codebuild/project:Project", "", "name") };
    const artifacts = { inputArtifacts: ["Source"], outputArtifacts: ["Image"] };
    assert.deepEqual(stages(graph)[1], {
      name: "Build",
      actions: [action("Image", "Build", "CodeBuild", configuration, artifacts)],
    });
  });

  it("releases template and image through CodeDeploy", () => {
    const configuration = {
      ApplicationName: its(graph, "aws:codedeploy/application:Application", "", "name"),
      DeploymentGroupName: "greenlight-dev",
      TaskDefinitionTemplateArtifact: "ReleaseTemplate",
      TaskDefinitionTemplatePath: "taskdef.json",
      AppSpecTemplateArtifact: "ReleaseTemplate",
      AppSpecTemplatePath: "appspec.yaml",
      Image1ArtifactName: "Image",
      Image1ContainerName: "IMAGE1_NAME",
    };
    const artifacts = { inputArtifacts: ["ReleaseTemplate", "Image"] };
    assert.deepEqual(stages(graph)[2], {
      name: "Deploy",
      actions: [action("BlueGreen", "Deploy", "CodeDeployToECS", configuration, artifacts)],
    });
  });

  it("has artifacts that CodePipeline's shortened names still tell apart", async () => {
    const graphs = [graph, await devGraph({ sbom: true }), await devGraph({ sbom: true, controller: "ECS" })];
    for (const it of graphs) {
      const actions = stages(it).flatMap(({ actions }) => actions as readonly { outputArtifacts?: string[] }[]);
      const folders = actions.flatMap(({ outputArtifacts = [] }) => outputArtifacts).map((name) => name.slice(0, 10));
      assert.ok(folders.length >= 3);
      assert.equal(new Set(folders).size, folders.length, folders.join(", "));
    }
  });

  it("has a new connection to GitHub, and says where its handshake is finished", () => {
    const { inputs, outputs } = graph.recorder.find("aws:codeconnections/connection:Connection");
    assert.deepEqual(inputs, { providerType: "GitHub" });
    assert.equal(graph.outputs.connectionArn, outputs.arn);
    assert.equal(graph.outputs.connectionStatus, "PENDING");
    const console = "https://eu-central-1.console.aws.amazon.com/codesuite";
    assert.equal(graph.outputs.connectionHandshakeUrl, `${console}/settings/connections?region=eu-central-1`);
    const name = its(graph, pipelineType, "", "name");
    assert.equal(graph.outputs.pipelineUrl, `${console}/codepipeline/pipelines/${name}/view?region=eu-central-1`);
  });

  it("is started by a new release template", () => {
    const notification = graph.recorder.find("aws:s3/bucketNotification:BucketNotification");
    const bucket = its(graph, "aws:s3/bucket:Bucket", "-template", "bucket");
    assert.deepEqual(notification.inputs, { bucket, eventbridge: true });
    const { description, eventPattern } = graph.recorder.find("aws:cloudwatch/eventRule:EventRule").inputs;
    assert.equal(description, "A new release template starts the pipeline");
    assert.deepEqual(JSON.parse(eventPattern as string), {
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: [bucket] }, object: { key: ["release-template.zip"] } },
    });
    assert.deepEqual(graph.recorder.find("aws:cloudwatch/eventTarget:EventTarget").inputs, {
      rule: its(graph, "aws:cloudwatch/eventRule:EventRule", "", "name"),
      arn: its(graph, pipelineType, "", "arn"),
      roleArn: its(graph, "aws:iam/role:Role", "-start", "arn"),
    });
  });
});

describe("the build project", () => {
  it("runs the buildspec with Docker on Amazon Linux", async () => {
    const graph = await devGraph();
    assert.deepEqual(graph.recorder.find("aws:codebuild/project:Project").inputs, {
      description: "Builds the app's image and pushes it under its commit's tag",
      serviceRole: its(graph, "aws:iam/role:Role", "-build", "arn"),
      source: { type: "CODEPIPELINE", buildspec: renderBuildspec() },
      artifacts: { type: "CODEPIPELINE" },
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        computeType: "BUILD_GENERAL1_SMALL",
        privilegedMode: true,
        environmentVariables: [
          { name: "REPOSITORY_URI", value: its(graph, "aws:ecr/repository:Repository", "", "repositoryUrl") },
          { name: "IMAGE_PLATFORM", value: "linux/amd64" },
          { name: "APP_DIRECTORY", value: "app" },
        ],
      },
      buildTimeout: 30,
      logsConfig: {
        cloudwatchLogs: { groupName: its(graph, "aws:cloudwatch/logGroup:LogGroup", "-build", "name") },
      },
    });
  });

  it("builds ARM64 images on ARM", async () => {
    const graph = await devGraph({ cpuArchitecture: "ARM64" });
    const environment = graph.recorder.find("aws:codebuild/project:Project").inputs.environment as typeof arm & {
      readonly environmentVariables: unknown;
    };
    assert.deepEqual({ type: environment.type, image: environment.image }, arm);
    assert.deepEqual((environment.environmentVariables as unknown[])[1], {
      name: "IMAGE_PLATFORM",
      value: "linux/arm64",
    });
  });
});

describe("the pipeline with settings of its own", () => {
  it("takes the template from the app's repository, and then makes none", async () => {
    const graph = await devGraph({ templateInRepository: true });
    assert.deepEqual(graph.recorder.all("aws:s3/bucketObjectv2:BucketObjectv2"), []);
    assert.deepEqual(graph.recorder.all("aws:cloudwatch/eventRule:EventRule"), []);
    assert.deepEqual(
      graph.recorder.all("aws:s3/bucket:Bucket").map(({ name }) => name),
      ["greenlight-dev-artifacts"],
    );
    const [source, , deploy] = stages(graph);
    assert.deepEqual(
      source!.actions.map(({ name }) => name),
      ["Commit"],
    );
    const { configuration, inputArtifacts } = deploy!.actions[0] as never as {
      configuration: Record<string, string>;
      inputArtifacts: string[];
    };
    assert.deepEqual(inputArtifacts, ["Source", "Image"]);
    assert.equal(configuration.TaskDefinitionTemplateArtifact, "Source");
    assert.equal(configuration.AppSpecTemplateArtifact, "Source");
    // The app's own task definition may have tags, for which AWS was seen to ask in both forms.
    const tagging = (some: Graph) =>
      statements(some, "-pipeline").find(({ Action }) => Action.includes("ecs:TagResource"));
    const family = "arn:aws:ecs:eu-central-1:123456789012:task-definition/greenlight-dev";
    assert.deepEqual(tagging(graph)?.Resource, [family, `${family}:*`]);
    assert.equal(tagging(await devGraph()), undefined);
    assert.ok(!JSON.stringify(statements(graph, "-pipeline")).includes("-template"));
  });

  it("uses a given connection and makes none", async () => {
    const connectionArn = "arn:aws:codestar-connections:eu-west-1:123456789012:connection/0123";
    const graph = await devGraph({ connectionArn });
    assert.deepEqual(graph.recorder.all("aws:codeconnections/connection:Connection"), []);
    assert.equal(stages(graph)[0]!.actions[0]!.configuration.ConnectionArn, connectionArn);
    assert.equal(graph.outputs.connectionArn, connectionArn);
    assert.deepEqual(statements(graph, "-pipeline")[0]!.Resource, [connectionArn]);
  });

  it("queues, follows another branch and repository, and builds another directory", async () => {
    const changes = { executionMode: "QUEUED", branch: "release/1", githubRepository: "a/b.c", sourceDirectory: "web" };
    const graph = await devGraph(changes);
    assert.equal(graph.recorder.find(pipelineType).inputs.executionMode, "QUEUED");
    const { FullRepositoryId, BranchName } = stages(graph)[0]!.actions[0]!.configuration;
    assert.deepEqual([FullRepositoryId, BranchName], ["a/b.c", "release/1"]);
    assert.match(
      JSON.stringify(graph.recorder.find("aws:codebuild/project:Project").inputs),
      /"APP_DIRECTORY","value":"web"/,
    );
  });
});
