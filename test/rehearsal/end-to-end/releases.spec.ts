import assert from "node:assert/strict";
import { join } from "node:path";
import { lifecycleEvents } from "../../../rehearsal/codedeploy/lifecycle";
import type { TimelineEvent } from "../../../rehearsal/events";
import type { RehearsalProcess } from "./rehearsal-process";
import { scenarios, tinyApp } from "./scenarios";

const testDirectory = join(__dirname, "../..");

describe("npm start", function () {
  this.timeout(300_000);
  const scenario = scenarios();

  const release = (...words: string[]) =>
    scenario(async ({ start }) => {
      const rehearsal = await start(["--scale", "120", ...words]);
      return { rehearsal, status: await rehearsal.end() };
    });
  const releaseOfTinyApp = (...words: string[]) =>
    scenario(async ({ start, app }) => {
      const rehearsal = await start(["--app", await app(tinyApp), ...words]);
      return { rehearsal, status: await rehearsal.end() };
    });

  // First, since it takes longest: an app is given its grace period of 60 s whatever the scale.
  const withoutHealth = releaseOfTinyApp("--scale", "600", "--fail", "health");
  const ofSample = release();
  const ofStaticFiles = release("--app", join(testDirectory, "apps/static-files"));
  const ofJsonApi = release("--app", join(testDirectory, "apps/json-api"));
  const withFailingHook = releaseOfTinyApp("--scale", "120", "--fail", "hook");
  const inProduction = releaseOfTinyApp("--stack", "prod", "--scale", "300", "--fail", "hook");

  describe("on the sample app", () => {
    it("ends well, and prints nothing but events", async () => {
      const { rehearsal, status } = await ofSample();
      assert.equal(status, 0, `${rehearsal.stderr}\n${rehearsal.tail}`);
      assert.deepEqual([rehearsal.stderr, rehearsal.otherOutput], ["", []]);
    });

    it("goes through the lifecycle in order", async () => {
      const { rehearsal } = await ofSample();
      const steps = [...lifecycleEvents, "terminationWait", "terminateBlue"];
      assert.deepEqual(
        lifecycle(rehearsal),
        steps.flatMap((step) => [`${step} started`, `${step} succeeded`]),
      );
    });

    it("sees each version on each port when it should be there", async () => {
      const { rehearsal } = await ofSample();
      assert.deepEqual(observations(rehearsal), [
        ["before the release", "v1", "v1"],
        ["while green is installed", "v1", "v1"],
        ["test traffic is on green", "v1", "v2"],
        ["production has shifted", "v2", "v2"],
        ["blue is stopped", "v2", "v2"],
      ]);
    });

    it("loses no request", async () => {
      assertNothingLost((await ofSample()).rehearsal);
    });

    it("releases the pushed commit, built once and pinned by digest", async () => {
      const { rehearsal } = await ofSample();
      const commit = find(rehearsal, "pushed").detail.commitId as string;
      const registered = all(rehearsal, "task-definition.registered");
      const images = registered.map(({ detail }) => {
        const [container] = detail.containerDefinitions as { image: string }[];
        return container!.image;
      });
      assert.equal(new Set(images).size, 2);
      for (const image of images) assert.match(image, /@sha256:[0-9a-f]{64}$/);
      assert.ok(rehearsal.events.some(({ type, text }) => type === "output" && text.includes(`${commit}: digest: `)));
    });

    it("tests green again and again before production shifts", async () => {
      const { rehearsal } = await ofSample();
      const rounds = rehearsal.events.filter(
        ({ source, text }) => source === "lambda" && /^round \d+ passed/.test(text),
      );
      assert.ok(rounds.length > 1);
      const shift = rehearsal.events.findIndex(({ text }) => text === "AllowTraffic started");
      assert.ok(rehearsal.events.indexOf(rounds.at(-1)!) < shift);
    });

    it("ends blue's process after the wait, and green's only with itself", async () => {
      const { rehearsal } = await ofSample();
      const order = ["terminationWait succeeded", "task v1-1 is STOPPED", "deployment", "task v2-1 is STOPPED"];
      const indexes = order.map((start) => {
        const isIt = ({ type, text }: TimelineEvent) =>
          start === "deployment" ? type === "deployment.succeeded" : text.startsWith(start);
        return rehearsal.events.findIndex(isIt);
      });
      // Nobody is told any more of what happens after the end.
      assert.equal(indexes.pop(), -1);
      assert.ok(!indexes.includes(-1));
      assert.deepEqual(
        indexes,
        [...indexes].sort((a, b) => a - b),
      );
    });

    it("leaves nothing behind", async () => {
      await (await ofSample()).rehearsal.assertNothingIsLeft();
    });
  });

  for (const [name, played] of [
    ["static file server", ofStaticFiles],
    ["JSON API server", ofJsonApi],
  ] as const) {
    it(`releases a ${name} that knows nothing of this project`, async () => {
      const { rehearsal, status } = await played();
      assert.equal(status, 0, `${rehearsal.stderr}\n${rehearsal.tail}`);
      assert.deepEqual(observations(rehearsal).at(-1), ["blue is stopped", "v2", "v2"]);
      assertNothingLost(rehearsal);
      await rehearsal.assertNothingIsLeft();
    });
  }

  it("--fail hook: is rolled back by the test of green, and nothing is lost", async () => {
    const { rehearsal, status } = await withFailingHook();
    assert.equal(status, 0, `${rehearsal.stderr}\n${rehearsal.tail}`);
    assert.deepEqual(observations(rehearsal), [
      ["before the release", "v1", "v1"],
      ["while green is installed", "v1", "v1"],
      ["test traffic is on green", "v1", "500"],
      ["after the rollback", "v1", "v1"],
    ]);
    const reason = /^the hook .* at AfterAllowTestTraffic reported Failed$/;
    assert.match(find(rehearsal, "deployment.failed").detail.reason as string, reason);
    const said = rehearsal.events.filter(({ source, type }) => source === "lambda" && type === "log");
    assert.match(said.at(-1)!.text, /Failed: GET \/: expected status 200, got 500/);
    assert.ok(!lifecycle(rehearsal).includes("AllowTraffic started"));
    assertNothingLost(rehearsal);
    await rehearsal.assertNothingIsLeft();
  });

  it("--fail hook: is rolled back by that test, too, where containers have a health check of their own, which they pass", async () => {
    const { rehearsal, status } = await inProduction();
    assert.equal(status, 0, `${rehearsal.stderr}\n${rehearsal.tail}`);
    assert.deepEqual(observations(rehearsal)[2], ["test traffic is on green", "v1", "500"]);
    assert.match(
      find(rehearsal, "deployment.failed").detail.reason as string,
      / at AfterAllowTestTraffic reported Failed$/,
    );
    assertNothingLost(rehearsal);
  });

  it("--fail health: is rolled back after an hour in which green is never healthy, and nothing is lost", async () => {
    const { rehearsal, status } = await withoutHealth();
    assert.equal(status, 0, `${rehearsal.stderr}\n${rehearsal.tail}`);
    assert.deepEqual(observations(rehearsal), [
      ["before the release", "v1", "v1"],
      ["while green is installed", "v1", "v1"],
      ["after the rollback", "v1", "v1"],
    ]);
    const { reason } = find(rehearsal, "deployment.failed").detail;
    assert.match(reason as string, /timed out while waiting for the replacement task set to become healthy.* v2: .+/s);
    assert.ok(!lifecycle(rehearsal).includes("AllowTestTraffic started"));
    assertNothingLost(rehearsal);
    await rehearsal.assertNothingIsLeft();
  });
});

function all({ events }: RehearsalProcess, type: string): TimelineEvent[] {
  return events.filter((event) => event.type === type);
}

function find(rehearsal: RehearsalProcess, type: string): TimelineEvent {
  const [first] = all(rehearsal, type);
  assert.ok(first, `there is no ${type}`);
  return first;
}

function lifecycle(rehearsal: RehearsalProcess): string[] {
  return rehearsal.events.filter(({ type }) => type.startsWith("lifecycle.")).map(({ text }) => text);
}

function observations(rehearsal: RehearsalProcess): unknown[][] {
  return all(rehearsal, "observed").map(({ detail: { when, production, test } }) => [when, production, test]);
}

function assertNothingLost(rehearsal: RehearsalProcess): void {
  const { detail } = find(rehearsal, "summary");
  const { sent, failed, ok } = detail.traffic as Record<"sent" | "failed" | "ok", number>;
  assert.ok(sent > 0);
  assert.deepEqual([failed, ok], [0, sent]);
  assert.equal((detail.verdict as { succeeded: boolean }).succeeded, true);
}
