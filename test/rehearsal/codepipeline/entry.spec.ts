import assert from "node:assert/strict";
import { Clock } from "../../../rehearsal/clock";
import { Approvals } from "../../../rehearsal/codepipeline/approvals";
import { deploymentWindow } from "../../../rehearsal/codepipeline/deployment-window";
import { newExecution } from "../../../rehearsal/codepipeline/execution";
import { PipelineRunner } from "../../../rehearsal/codepipeline/pipeline";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";
import type { EntryRule, PipelineAction } from "../../../rehearsal/graph/resources";

/** A minute of AWS time is a hundredth of a second. */
const scale = 6_000;

describe("a run that people and hours hold back", () => {
  let events: TimelineEvent[];
  let timeline: Timeline;
  let clock: Clock;

  beforeEach(() => {
    events = [];
    clock = new Clock(scale);
    timeline = new Timeline(clock);
    timeline.on((event) => events.push(event));
  });

  const { signal } = new AbortController();
  const approve: PipelineAction = { name: "Approve", provider: "Manual", configuration: {}, timeoutInMinutes: 5 };
  const execution = newExecution("c", "s");
  const says = (type: string) => events.filter((event) => event.type === type).map(({ text }) => text);
  const token = () => String(events.find(({ type }) => type === "approval.needed")!.detail.token);

  it("goes on when a person approves it", async () => {
    const approvals = new Approvals({ clock, timeline, signal });
    const asked = approvals.ask({ ...approve, timeoutInMinutes: 86_400 }, execution);
    approvals.put(token(), "Approved");
    await asked;
    assert.deepEqual(says("approval.succeeded"), ["Approve was approved"]);
  });

  it("fails when a person rejects it, or nobody answers in time", async () => {
    const approvals = new Approvals({ clock, timeline, signal });
    const rejected = approvals.ask({ ...approve, timeoutInMinutes: 86_400 }, execution);
    approvals.put(token(), "Rejected");
    await assert.rejects(rejected, { message: "a person rejected the run" });
    await assert.rejects(approvals.ask(approve, execution), { message: "nobody approved the run within 5 minutes" });
  });

  it("ends with the rehearsal", async () => {
    const controller = new AbortController();
    const asked = new Approvals({ clock, timeline, signal: controller.signal }).ask(approve, execution);
    controller.abort(new Error("interrupted"));
    await assert.rejects(asked, { message: "interrupted" });
  });

  const rule = (cron: string): EntryRule => ({
    name: "Window",
    ruleTypeId: { provider: "DeploymentWindow" },
    configuration: { Cron: cron, TimeZone: "Europe/Berlin" },
  });
  const at = (time: string) => deploymentWindow({ clock, timeline, signal, startedAt: new Date(time) });

  it("enters its stage at once within the window, by the window's own time zone", async () => {
    // Half past eight in London is half past nine in Berlin.
    await at("2026-11-24T08:30:00Z")(rule("* * 9-16 ? * TUE *"), execution);
    assert.deepEqual(says("window.closed"), []);
  });

  it("waits outside of it, and what of it nobody wants to wait for is skipped and said", async () => {
    await at("2026-11-24T07:58:00Z")(rule("* * 9-16 ? * TUE *"), execution);
    assert.match(says("window.closed")[0]!, /is closed until 2026-11-24T08:00:00\.000Z$/);
    assert.deepEqual(says("window.opened"), ["the deployment window opens"]);
    await at("2026-11-24T16:30:00Z")(rule("* * 9-16 ? * TUE *"), execution);
    assert.match(says("window.closed")[1]!, /until 2026-12-01T08:00:00\.000Z$/);
    assert.match(says("window.opened")[1]!, /; the rehearsal skips \d+ minutes of waiting$/);
  });

  it("fails before a window that never opens again", async () => {
    await assert.rejects(at("2026-11-24T07:58:00Z")(rule("* * * ? * * 2025"), execution), /never opens again$/);
  });

  it("performs nothing of a stage whose rule refuses it", async () => {
    let performed = 0;
    const stages = [
      { name: "Deploy", beforeEntry: { condition: { rules: [rule("* * * ? * * 2025")] } }, actions: [approve] },
    ];
    const performers = { Manual: () => Promise.resolve(void performed++) };
    const pipeline = { name: "app", arn: "arn:pipeline", artifactStores: [], stages };
    const rules = { DeploymentWindow: at("2026-11-24T07:58:00Z") };
    const { status, reason } = await new PipelineRunner(pipeline, performers, timeline, rules).start("c", "s");
    assert.deepEqual([status, performed], ["Failed", 0]);
    assert.match(reason!, /never opens again/);
    assert.match(says("stage.refused")[0]!, /^stage Deploy was not entered: /);
    assert.throws(() => new PipelineRunner(pipeline, performers, timeline), {
      message: "the rehearsal cannot perform pipeline rules of DeploymentWindow; it performs none",
    });
  });
});
