import assert from "node:assert/strict";
import { parse } from "yaml";
import { devGraph, its, refusal } from "../support/graph";
import { promoteFrom } from "../support/promotion";

interface Project {
  readonly environment: { readonly environmentVariables: readonly { name: string; value: string }[] };
  readonly source: { readonly buildspec: string };
}

describe("tests in the build", () => {
  const project = async (settings: object) => {
    const graph = await devGraph({ tests: settings });
    return { graph, ...(graph.recorder.find("aws:codebuild/project:Project").inputs as unknown as Project) };
  };

  it("are a command of the build, whose reports go to a group of the stack's own", async () => {
    const { graph, environment, source } = await project({ command: "npm test", reportFiles: ["reports/*.xml"] });
    assert.ok(
      environment.environmentVariables.some(({ name, value }) => name === "TEST_COMMAND" && value === "npm test"),
    );
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

  it("need no reports", async () => {
    const { graph, source } = await project({ command: "npm test" });
    assert.deepEqual(graph.recorder.all("aws:codebuild/reportGroup:ReportGroup"), []);
    assert.ok(source.buildspec.includes("TEST_COMMAND") && !source.buildspec.includes("reports:"));
  });

  it("are refused where nothing is built, and with a format of no reports", async () => {
    const tests = { command: "npm test" };
    assert.deepEqual((await refusal({ promoteFrom, tests })).paths, ["tests"]);
    const format = await refusal({ githubRepository: "a/b", tests: { ...tests, reportFormat: "NUNITXML" } });
    assert.deepEqual(format.paths, ["tests.reportFormat"]);
  });
});
