import assert from "node:assert/strict";
import { devGraph, its, statements } from "../support/graph";

describe("the scan gate", () => {
  it("is a variable of the build, and what the build may ask", async () => {
    const graph = await devGraph({ scanGate: { severity: "MEDIUM" } });
    const { environment, source } = graph.recorder.find("aws:codebuild/project:Project").inputs as {
      environment: { environmentVariables: unknown[] };
      source: { buildspec: string };
    };
    assert.deepEqual(environment.environmentVariables.at(-1), {
      name: "SCAN_SEVERITIES",
      value: "CRITICAL,HIGH,MEDIUM",
    });
    assert.match(source.buildspec, /describe-image-scan-findings/);
    const repository = its(graph, "aws:ecr/repository:Repository", "", "arn");
    assert.deepEqual(statements(graph, "-build").slice(-2), [
      { Effect: "Allow", Action: ["ecr:DescribeImageScanFindings"], Resource: [repository] },
      { Effect: "Allow", Action: ["inspector2:ListCoverage", "inspector2:ListFindings"], Resource: ["*"] },
    ]);
  });
});
