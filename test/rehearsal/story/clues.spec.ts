import assert from "node:assert/strict";
import { Clock } from "../../../rehearsal/clock";
import { Timeline } from "../../../rehearsal/events";
import { AwsWaits } from "../../../rehearsal/story/aws-waits";
import { Clues } from "../../../rehearsal/story/clues";
import { summaryBox } from "../../../rehearsal/terminal/summary";
import { countsOf } from "../../../rehearsal/traffic/report";

describe("the last words on a failure", () => {
  let timeline: Timeline;
  let clues: Clues;

  beforeEach(() => {
    timeline = new Timeline(new Clock(1));
    clues = new Clues(timeline, "Pulumi.dev.yaml");
  });

  it("have the answer that the test of green did not expect, the setting, its file and a command", () => {
    timeline.emit("lambda", "log", "Failed: GET /: expected status 200, got 302");
    const reason = clues.withCause("the hook reported Failed")!;
    assert.equal(reason, "the hook reported Failed: GET /: expected status 200, got 302");
    const [change, next] = clues.advice(reason);
    assert.match(change!, /^Set healthCheck\.path in Pulumi\.dev\.yaml/);
    assert.equal(next, "Next: npm start -- --health-path /PATH");
  });

  it("have nothing of the run before", () => {
    timeline.emit("lambda", "log", "Failed: GET /: expected status 200, got 302");
    timeline.emit("codepipeline", "execution.started", "run 2 started");
    assert.equal(clues.withCause("no image"), "no image");
  });

  it("name what the repository lacks where a file was not found", () => {
    timeline.emit("git", "left-out", "not in the repository: dist/ (.gitignore excludes them)");
    const advice = clues.advice("COPY failed: file not found in build context: stat dist: file does not exist");
    assert.equal(advice[0], "Not in the repository: dist/ (.gitignore excludes them).");
  });

  it("say nothing twice, and nothing where nobody knows", () => {
    const own = "GET / expected status 200-299, got 404. Set healthCheck.path in Pulumi.dev.yaml.";
    assert.deepEqual(clues.advice(own), ["Next: npm start -- --health-path /PATH"]);
    assert.deepEqual(clues.advice("port 8080 is taken"), []);
  });

  it("fit 100 columns, however long they are", () => {
    const latency = { p50Ms: 2, p99Ms: 9, p999Ms: 20, maxMs: 30 };
    const one = { name: "fresh", path: "/", sent: 1, ok: 1, failed: countsOf(() => 0), longestGapMs: 1, latency };
    const facts = { ratePerSecond: 1, durationMs: 1, longestGapMs: 1, failedBy: {}, answeredBy: {}, failures: [] };
    const box = summaryBox({
      ...{ productionPort: 8080, testPort: 8090, observations: [], lifecycle: [], awsMs: 0, elapsedMs: 0 },
      traffic: { ...facts, classes: [one], worstLatenessMs: 0 },
      verdict: { succeeded: false, text: "a reason of many words ".repeat(20) },
      advice: ["Set this or that in the file. ".repeat(10)],
    });
    const widths = box
      .trimEnd()
      .split("\n")
      .map((line) => [...line].length);
    assert.deepEqual([...new Set(widths)], [widths[0]]);
    assert.ok(widths[0]! <= 100, String(widths[0]));
  });
});

describe("what AWS would wait", () => {
  it("is the time of a deployment's steps, without what starts tasks or functions for real", () => {
    const clock = new (class extends Clock {
      nowMs = 0;
      override get elapsedMs() {
        return this.nowMs;
      }
    })(60);
    const timeline = new Timeline(clock);
    const waits = new AwsWaits();
    timeline.on((event) => waits.follow(event));
    const at = (seconds: number, emit: () => unknown) => {
      clock.nowMs = seconds * 1000;
      emit();
    };
    const step = (name: string, phase: string) =>
      timeline.emit("codedeploy", `lifecycle.${phase}`, name, { step: name });
    at(1, () => timeline.emit("codebuild", "phase", "npm install"));
    at(20, () => step("Install", "started"));
    at(30, () => step("Install", "succeeded"));
    at(30, () => step("AfterAllowTestTraffic", "started"));
    at(30, () => timeline.emit("lambda", "invoked", "hook"));
    at(32, () => timeline.emit("lambda", "log", "round 1 passed"));
    at(37, () => timeline.emit("lambda", "returned", "hook"));
    at(37, () => step("AfterAllowTestTraffic", "succeeded"));
    at(40, () => step("terminationWait", "started"));
    at(45, () => step("terminationWait", "succeeded"));
    assert.equal(waits.awsMs, (5 + 5) * 60_000);
  });
});
