import assert from "node:assert/strict";
import { parse } from "yaml";
import { testsProblems } from "../../components/pipeline/build-tests";
import { renderBuildspec } from "../../components/pipeline/buildspec";
import { renderTestBuildspec } from "../../components/pipeline/test-project";
import { devGraph, type Graph, its, refusal, statements } from "../support/graph";
import { promoteFrom } from "../support/promotion";
import { CommitBuild } from "./support/commit-build";

interface Project {
  readonly environment: {
    readonly type: string;
    readonly environmentVariables: readonly { name: string; value: string; type?: string }[];
  };
  readonly source: { readonly buildspec: string };
}

const projectType = "aws:codebuild/project:Project";

function project(graph: Graph, role: string): Project {
  const roleArn = its(graph, "aws:iam/role:Role", role, "arn");
  const all = graph.recorder.all(projectType).filter(({ inputs }) => inputs.serviceRole === roleArn);
  assert.equal(all.length, 1);
  return all[0]!.inputs as unknown as Project;
}

function buildActions(graph: Graph): readonly { name: string; runOrder?: number; outputArtifacts?: string[] }[] {
  const { stages } = graph.recorder.find("aws:codepipeline/pipeline:Pipeline").inputs;
  return (stages as { name: string; actions: { name: string }[] }[]).find(({ name }) => name === "Build")!.actions;
}

describe("the app's tests", () => {
  const reporting = { command: "npm test", reportFiles: ["reports/*.xml"] };

  it("run in a project of their own, whose reports go to a group of the stack's own", async () => {
    const graph = await devGraph({ tests: reporting });
    const { environment, source } = project(graph, "-tests");
    assert.deepEqual(environment.environmentVariables, [
      { name: "APP_DIRECTORY", value: "app" },
      { name: "TEST_COMMAND", value: "npm test" },
    ]);
    const { reports } = parse(source.buildspec) as { reports: unknown };
    assert.deepEqual(reports, {
      [its(graph, "aws:codebuild/reportGroup:ReportGroup", "", "arn")]: {
        files: ["reports/*.xml"],
        "base-directory": "app",
        "file-format": "JUNITXML",
      },
    });
    const group = graph.recorder.find("aws:codebuild/reportGroup:ReportGroup").inputs;
    assert.deepEqual(group, { type: "TEST", exportConfig: { type: "NO_EXPORT" }, deleteReports: true });
  });

  it("keep the report group of a stack whose image's build ran them", async () => {
    const { recorder } = await devGraph({ tests: reporting });
    const { earlierParents } = recorder.find("aws:codebuild/reportGroup:ReportGroup");
    assert.deepEqual(earlierParents, [recorder.find("greenlight:index:BuildProject").urn]);
  });

  it("need no reports", async () => {
    const graph = await devGraph({ tests: { command: "npm test" } });
    assert.deepEqual(graph.recorder.all("aws:codebuild/reportGroup:ReportGroup"), []);
    assert.equal(project(graph, "-tests").source.buildspec, renderTestBuildspec());
    assert.ok(!renderTestBuildspec().includes("reports:"));
  });

  it("run on the architecture of the tasks", async () => {
    const graph = await devGraph({ tests: { command: "npm test" }, cpuArchitecture: "ARM64" });
    assert.equal(project(graph, "-tests").environment.type, "ARM_CONTAINER");
  });

  it("leave no trace in the project that builds the image", async () => {
    const graph = await devGraph({ tests: reporting });
    const { environment, source } = project(graph, "-build");
    assert.equal(source.buildspec, renderBuildspec());
    assert.ok(environment.environmentVariables.every(({ name }) => name !== "TEST_COMMAND"));
  });

  it("may read the commit, write their log and leave their reports, and nothing else", async () => {
    const graph = await devGraph({ tests: reporting });
    const bucket = its(graph, "aws:s3/bucket:Bucket", "-artifacts", "arn");
    assert.deepEqual(
      statements(graph, "-tests").map(({ Action, Resource }) => [Action, Resource]),
      [
        [
          ["logs:CreateLogStream", "logs:PutLogEvents"],
          [`${its(graph, "aws:cloudwatch/logGroup:LogGroup", "-tests", "arn")}:log-stream:*`],
        ],
        [["s3:GetObject", "s3:GetObjectVersion"], [`${bucket}/*/Source/*`]],
        [["s3:GetBucketAcl", "s3:GetBucketLocation"], [bucket]],
        [
          ["codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:UpdateReport"],
          [its(graph, "aws:codebuild/reportGroup:ReportGroup", "", "arn")],
        ],
      ],
    );
  });

  it("take a secret command from the stack's parameter, which their role may then read", async () => {
    const graph = await devGraph({ tests: { ...reporting, command: "TOKEN=hush npm test" } }, ["tests"]);
    const { environment, source } = project(graph, "-tests");
    const parameter = graph.recorder.find("aws:ssm/parameter:Parameter");
    assert.deepEqual(environment.environmentVariables, [
      { name: "APP_DIRECTORY", value: "app" },
      { name: "SECRETS", type: "PARAMETER_STORE", value: parameter.outputs.name },
    ]);
    assert.deepEqual(JSON.parse(parameter.inputs.value as string), { testCommand: "TOKEN=hush npm test" });
    assert.ok(!source.buildspec.includes("hush"));
    const reads = statements(graph, "-tests").filter(({ Action }) => /ssm|kms/.test(Action.join()));
    assert.deepEqual(reads, [{ Effect: "Allow", Action: ["ssm:GetParameters"], Resource: [parameter.outputs.arn] }]);
    assert.ok(!statements(graph, "-dev-test").some(({ Action }) => Action.join().includes("ssm:GetParameters")));
  });

  it("pass before the image is built, and leave no artifact", async () => {
    const tests = { command: "npm test" };
    const order = (graph: Graph) => buildActions(graph).map(({ name, runOrder = 1 }) => [name, runOrder]);
    const graph = await devGraph({ tests });
    const [first, second] = [
      ["Tests", 1],
      ["Image", 2],
    ];
    assert.deepEqual(order(graph), [first, second]);
    assert.equal(buildActions(graph)[0]!.outputArtifacts, undefined);
    assert.deepEqual(order(await devGraph({ tests, sbom: true })), [first, second, ["Sbom", 3], ["KeepSbom", 4]]);
  });

  it("are refused where nothing is built, with a format of no reports, and without a command or with two", async () => {
    const tests = { command: "npm test" };
    assert.deepEqual((await refusal({ promoteFrom, tests })).paths, ["tests"]);
    const format = await refusal({ githubRepository: "a/b", tests: { ...tests, reportFormat: "NUNITXML" } });
    assert.deepEqual(format.paths, ["tests.reportFormat"]);
    const problems = (holds: readonly string[], command?: string) =>
      testsProblems({ tests: { command }, secretParameter: { holds: new Set(holds) } as never }).map(
        ({ path }) => path,
      );
    assert.deepEqual(problems(["testHeader"]), ["tests.command"]);
    assert.deepEqual(problems(["testCommand"], "npm test"), ["tests.command"]);
    assert.deepEqual(problems(["testCommand"]), []);
  });
});

describe("the tests' buildspec, carried out", () => {
  let commit: CommitBuild;
  const run = (command: string) =>
    commit.perform(renderTestBuildspec(), { APP_DIRECTORY: "service", TEST_COMMAND: command });

  beforeEach(async () => {
    commit = await CommitBuild.open();
  });
  afterEach(() => commit.close());

  it("runs the command in the app's folder, and leaves nothing", async () => {
    const { status, artifact } = await run("test -f a.js && echo all is well");
    assert.deepEqual([status, artifact], ["SUCCEEDED", undefined], commit.log.join("\n"));
    assert.ok(commit.log.includes("all is well"));
  });

  it("fails with the command, and says so", async () => {
    const { status, reason } = await run("exit 3");
    assert.equal(status, "FAILED");
    assert.match(reason ?? "", /The tests failed with exit status 3; this commit is not released: exit 3/);
  });

  describe("with a secret command", () => {
    const runSecret = (testCommand: string) => {
      const SECRETS = JSON.stringify({ testHeader: { name: "X-Test", value: "opens green" }, testCommand });
      return commit.perform(renderTestBuildspec(true), { APP_DIRECTORY: "service", SECRETS });
    };

    it("runs it without showing it, and gives it no other secret", async () => {
      const { status } = await runSecret(
        'TOKEN="hush-hush"; test -f a.js && echo "others: $(env | grep -c opens.gree[n])"',
      );
      assert.equal(status, "SUCCEEDED", commit.log.join("\n"));
      assert.ok(commit.log.includes("others: 0"));
      assert.ok(!commit.log.join("\n").includes("hush"), commit.log.join("\n"));
    });

    it("fails with it, and does not say what it was", async () => {
      const { status, reason } = await runSecret("TOKEN=hush-hush; exit 3");
      assert.equal(status, "FAILED");
      assert.match(reason ?? "", /The tests failed with exit status 3; this commit is not released$/);
      assert.ok(!commit.log.join("\n").includes("hush"));
    });
  });
});
