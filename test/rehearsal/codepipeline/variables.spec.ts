import assert from "node:assert/strict";
import { Clock } from "../../../rehearsal/clock";
import { PipelineRunner } from "../../../rehearsal/codepipeline/pipeline";
import { filled } from "../../../rehearsal/codepipeline/variables";
import { Timeline } from "../../../rehearsal/events";

const commit = { CommitId: "abc", BranchName: "main" };
const variables = new Map<string, Record<string, string>>([
  ["codepipeline", { PipelineExecutionId: "run-1" }],
  ["SourceVariables", commit],
]);

describe("the variables in an action's configuration", () => {
  it("are what earlier actions told, as often and wherever they stand", () => {
    const configuration = {
      Tag: "#{SourceVariables.CommitId}",
      Text: '{"at":"#{SourceVariables.BranchName}/#{SourceVariables.CommitId}"}',
    };
    assert.deepEqual(filled(configuration, variables), { Tag: "abc", Text: '{"at":"main/abc"}' });
    assert.deepEqual(filled({ Run: "#{codepipeline.PipelineExecutionId}" }, variables), { Run: "run-1" });
  });

  it("leave alone what is none, and are not filled in twice", () => {
    const told = new Map([["N", { a: "#{N.b}", b: "x" }]]);
    assert.deepEqual(filled({ A: "#{N.a}", B: "$1 #1 {N.b} #{N}" }, told), { A: "#{N.b}", B: "$1 #1 {N.b} #{N}" });
  });

  it("that nobody told are named all at once, with those that there are", () => {
    const configuration = { Tag: "#{SourceVariables.Commit}", Key: "#{Build.Digest}" };
    assert.throws(() => filled(configuration, variables), {
      message:
        "its configuration refers to #{SourceVariables.Commit} (that namespace has CommitId, BranchName), and to " +
        "#{Build.Digest} (no action so far has that namespace; there are codepipeline, SourceVariables)",
    });
  });

  it("make the action fail in its run, and are there from the action with the namespace on", async () => {
    const seen: string[] = [];
    const action = (name: string, key: string) => ({ name, provider: "Tell", configuration: { Key: key } });
    const source = { name: "Source", provider: "Source", configuration: {}, namespace: "SourceVariables" };
    const runner = new PipelineRunner(
      {
        name: "app",
        arn: "arn:pipeline",
        artifactStores: [],
        stages: [
          { name: "Source", actions: [source] },
          {
            name: "Build",
            actions: [action("Known", "#{SourceVariables.CommitId}"), action("Unknown", "#{Other.Key}")],
          },
        ],
      },
      {
        Source: () => Promise.resolve({ file: () => undefined, zip: Buffer.alloc(0), variables: commit }),
        Tell: ({ configuration }) => {
          seen.push(configuration.Key!);
          return Promise.resolve(undefined);
        },
      },
      new Timeline(new Clock(60)),
    );
    const { status, reason } = await runner.start("abc", "first");
    assert.equal(status, "Failed");
    assert.match(reason!, /^action Unknown: its configuration refers to #\{Other\.Key\} \(no action so far/);
    assert.deepEqual(seen, ["abc"]);
  });
});
