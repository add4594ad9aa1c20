import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Clock } from "../../../rehearsal/clock";
import { ControllerProcess } from "../../../rehearsal/controller/controller-process";
import { TimelineAnnouncer } from "../../../rehearsal/controller/timeline-announcer";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";
import type { Count } from "../fixtures/counting-controller";
import { Processes } from "../fixtures/tasks";

const story = [
  "created",
  ...["began 0", "0 became 1", "began 1", "1 became 2", "began 2", "2 became 3"],
  "ended 3",
] as const;

describe("a controller in a process of its own", () => {
  const timeline = new Timeline(new Clock(600));
  const processes = new Processes();
  let directory: string;
  let events: TimelineEvent[];
  let counts: number[];
  let interruption: AbortController;
  timeline.on((event) => events.push(event));

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "greenlight-controller-"));
    [events, counts, interruption] = [[], [], new AbortController()];
  });
  afterEach(() => {
    assert.equal(processes.size, 0);
    rmSync(directory, { recursive: true });
  });

  let made = 0;
  const controllerOf = (waitMinutes = 1, set = (count: number): unknown => counts.push(count)) =>
    new ControllerProcess<Count>({
      name: "count",
      entryPoint: join(__dirname, "../fixtures/counting-controller.ts"),
      directory: join(directory, String(++made)),
      request: { scale: 600, ...{ waitMinutes } },
      cloud: { set: ({ count }: { readonly count: number }) => void set(count) },
      announcer: new TimelineAnnouncer(timeline, "codedeploy", { subject: "count" }),
      processes,
      signal: interruption.signal,
    });
  const texts = (type: (type: string) => boolean = (type) => type !== "controller.died") =>
    events.filter((event) => type(event.type)).map(({ text }) => text);
  const deaths = () => texts((type) => type === "controller.died");

  it("runs to its end, and tells each step", async () => {
    assert.equal(await controllerOf().run(), 3);
    assert.deepEqual(counts, [1, 2, 3]);
    assert.deepEqual(texts(), story);
    assert.deepEqual(timeline.underWay, []);
  });

  it("killed before or after any operation goes on from its journal, and tells nothing twice", async () => {
    const whole = controllerOf();
    let operations = 0;
    whole.on("call", () => operations++);
    await whole.run();
    // The story, three counts, what is shown, and the end.
    assert.equal(operations, story.length + 3 + 1 + 1);
    for (const moment of ["call", "done"] as const) {
      for (let fatal = 1; fatal <= operations; fatal++) {
        [events, counts] = [[], []];
        const controller = controllerOf();
        let seen = 0;
        controller.on(moment, () => ++seen === fatal && controller.kill());
        assert.equal(await controller.run(), 3);
        assert.deepEqual(texts(), story, `${moment} ${fatal}`);
        assert.deepEqual([...new Set(counts)], [1, 2, 3]);
        assert.ok(counts.length <= 4 && counts.every((count, index) => count >= (counts[index - 1] ?? 0)));
        // Once its end is known, nobody needs it any more.
        assert.equal(deaths().length, moment === "done" && fatal === operations ? 0 : 1);
      }
    }
  });

  it("whose journal lost the end of its last line does the last thing again", async () => {
    const controller = controllerOf();
    controller.on("call", ({ operation, input }) => {
      if (operation !== "tell" || (input as { text: string }).text !== "1 became 2" || deaths().length > 0) return;
      controller.kill();
      truncateSync(controller.journalFile, readFileSync(controller.journalFile).length - 3);
    });
    assert.equal(await controller.run(), 3);
    assert.deepEqual(texts(), story);
    assert.deepEqual(counts, [1, 2, 3]);
    assert.match(deaths()[0]!, /^the controller of count died \(SIGKILL\); started again from its journal: from 1$/);
  });

  it("killed while it waits, waits until the time that it had first set itself", async () => {
    const untilOf = () => /"end until","result":"(.*?)"/.exec(readFileSync(controller.journalFile, "utf8"))?.[1];
    const controller = controllerOf(5);
    let first: string | undefined;
    controller.on("done", ({ operation }) => {
      if (operation !== "show" || first !== undefined) return;
      first = untilOf();
      controller.kill();
    });
    assert.equal(await controller.run(), 3);
    assert.equal(untilOf(), first);
    assert.ok(Date.now() >= Date.parse(first!));
    assert.equal(deaths().length, 1);
  });

  it("is told of an interruption, also if it dies of it", async () => {
    const controller = controllerOf(600);
    controller.on("done", ({ operation }) => {
      if (operation !== "show" || deaths().length > 0) return;
      controller.interrupt("stop", "enough");
      controller.interrupt("stop", "too late, another was first");
      controller.kill();
    });
    assert.equal(await controller.run(), "interrupted");
    assert.equal(texts().at(-1), "ended interrupted");
    assert.equal(deaths().length, 1);
  });

  it("gets the errors of its operations as errors", async () => {
    const refuse = () => {
      throw new Error("no such count");
    };
    assert.equal(await controllerOf(1, refuse).run(), "broken");
  });

  it("that dies again and again without having done anything is given up, with how it died", async () => {
    const controller = controllerOf();
    controller.on("call", () => controller.kill());
    await assert.rejects(controller.run(), /died 3 times without having done anything: SIGKILL/);
    assert.deepEqual(counts, []);
  });

  it("ends with the rehearsal", async () => {
    const controller = controllerOf(600);
    controller.on("done", ({ operation }) => operation === "show" && interruption.abort(new Error("interrupted")));
    await assert.rejects(controller.run(), /^Error: interrupted$/);
    assert.deepEqual(timeline.underWay, []);
  });
});
