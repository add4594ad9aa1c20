import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Clock } from "../../../rehearsal/clock";
import { Timeline } from "../../../rehearsal/events";
import type { LoadBalancer } from "../../../rehearsal/load-balancer/load-balancer";
import { LiveVersions, versionOf } from "../../../rehearsal/story/live-versions";

/** Stands at the millisecond that it is set to. */
class SetClock extends Clock {
  nowMs = 0;

  override get elapsedMs(): number {
    return this.nowMs;
  }
}

describe("the versions that may answer production", () => {
  let clock: SetClock;
  let timeline: Timeline;
  let loadBalancer: EventEmitter;
  let versions: LiveVersions;

  beforeEach(() => {
    clock = new SetClock(1);
    timeline = new Timeline(clock);
    loadBalancer = new EventEmitter();
    versions = new LiveVersions("v1", timeline, loadBalancer as unknown as LoadBalancer);
  });

  function at(ms: number, ...events: readonly (readonly [type: string, step?: string])[]): void {
    clock.nowMs = ms;
    for (const [type, step] of events) {
      if (type === "task-set.created") timeline.emit("ecs", type, "", { label: step });
      else timeline.emit("codedeploy", type, "", { step });
    }
  }
  const expected = (fromMs: number, untilMs: number) =>
    ["v1", "v2", "v3"].filter((version) => versions.isExpected(version, fromMs, untilMs));

  /** Up to the shift of production to green: from 200 to 300 ms both may answer. */
  function shift(): void {
    at(100, ["task-set.created", "v2"], ["lifecycle.started", "Install"], ["lifecycle.succeeded", "Install"]);
    at(200, ["lifecycle.started", "AllowTraffic"]);
    at(300, ["lifecycle.succeeded", "AllowTraffic"]);
  }

  it("are the first one alone, until a shift begins", () => {
    assert.deepEqual(expected(0, 50), ["v1"]);
    at(100, ["task-set.created", "v2"], ["lifecycle.succeeded", "AllowTestTraffic"]);
    assert.deepEqual(expected(120, 150), ["v1"]);
  });

  it("are both during the shift, and the new one alone after it", () => {
    shift();
    assert.deepEqual(expected(150, 199), ["v1"]);
    assert.deepEqual(expected(250, 260), ["v1", "v2"]);
    assert.deepEqual(expected(301, 310), ["v2"]);
  });

  it("are those of every moment in which a request was under way", () => {
    shift();
    assert.deepEqual(expected(150, 350), ["v1", "v2"]);
    assert.deepEqual(expected(150, 210), ["v1", "v2"]);
    assert.deepEqual(expected(290, 400), ["v1", "v2"]);
  });

  it("are the old one alone again after a rollback of the shift", () => {
    shift();
    at(400, ["lifecycle.started", "rollback"]);
    at(500, ["lifecycle.succeeded", "rollback"]);
    assert.deepEqual(expected(310, 390), ["v2"]);
    assert.deepEqual(expected(450, 460), ["v1", "v2"]);
    assert.deepEqual(expected(501, 600), ["v1"]);
    assert.equal(versions.live, "v1");
  });

  it("never include green if it is rolled back before the shift", () => {
    at(100, ["task-set.created", "v2"], ["lifecycle.failed", "AfterAllowTestTraffic"]);
    at(200, ["lifecycle.started", "rollback"]);
    at(300, ["lifecycle.succeeded", "rollback"]);
    assert.deepEqual(expected(0, 400), ["v1"]);
  });

  it("go on to the next release", () => {
    shift();
    assert.equal(versions.live, "v1");
    at(400, ["deployment.succeeded"]);
    assert.equal(versions.live, "v2");
    at(500, ["task-set.created", "v3"], ["lifecycle.started", "rollback"], ["lifecycle.succeeded", "rollback"]);
    assert.deepEqual(expected(501, 600), ["v2"]);
    at(700, ["task-set.created", "v3"], ["lifecycle.started", "AllowTraffic"]);
    at(800, ["lifecycle.succeeded", "AllowTraffic"]);
    assert.deepEqual(expected(750, 760), ["v2", "v3"]);
    assert.deepEqual(expected(801, 900), ["v3"]);
  });

  it("are told apart by what the load balancer did with a request, asked once", () => {
    loadBalancer.emit("request", { traceId: "Root=1", targetGroupArn: "blue", target: { label: "v2-1" } });
    loadBalancer.emit("request", { traceId: "Root=2", target: undefined });
    loadBalancer.emit("request", { traceId: "Root=3", targetGroupArn: "green", target: { label: "v3-1" } });
    loadBalancer.emit("request", { traceId: "Root=4", targetGroupArn: "green", target: undefined });
    assert.deepEqual([versions.identify("Root=3"), versions.identify("Root=4")], ["v3", "v3"]);
    assert.deepEqual([versions.identify("Root=1"), versions.identify("Root=1")], ["v2", undefined]);
    assert.equal(versions.identify("Root=2"), undefined);
  });

  it("forget the oldest requests that nobody asks for", () => {
    for (let request = 0; request <= 100_000; request++) {
      loadBalancer.emit("request", { traceId: `Root=${request}`, targetGroupArn: "blue", target: { label: "v1-1" } });
    }
    assert.deepEqual([versions.identify("Root=0"), versions.identify("Root=100000")], [undefined, "v1"]);
  });

  it("are named as their task sets", () => {
    assert.deepEqual(["v2-1", "v12-34", "blue-green-3"].map(versionOf), ["v2", "v12", "blue-green"]);
  });
});
