import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Writable } from "node:stream";
import { Clock } from "../../rehearsal/clock";
import { type Progress, Timeline } from "../../rehearsal/events";
import { displayMode, showTimeline } from "../../rehearsal/terminal/display";
import { awsTime, eventLine } from "../../rehearsal/terminal/lines";
import { ProgressLines, regionLines } from "../../rehearsal/terminal/progress";
import { fit, plainText } from "../../rehearsal/terminal/segments";

describe("the terminal", () => {
  let clock: SetClock;
  let timeline: Timeline;
  let screen: Screen;

  beforeEach(() => {
    clock = new SetClock(60);
    timeline = new Timeline(clock);
    screen = new Screen();
  });

  it("is live for a person, plain for a file, a pipe or CI, and JSON when asked", () => {
    assert.equal(displayMode(false, screen, {}), "live");
    assert.equal(displayMode(false, screen, { CI: "true" }), "plain");
    assert.equal(displayMode(false, screen, { CI: "false" }), "live");
    assert.equal(displayMode(false, screen, { TERM: "dumb" }), "plain");
    assert.equal(displayMode(false, new Screen(0), {}), "plain");
    assert.equal(displayMode(false, new Writable(), {}), "plain");
    assert.equal(displayMode(true, screen, {}), "json");
  });

  describe("in plain lines", () => {
    it("shows each event with both times, and what programs print indented", () => {
      const display = showTimeline(timeline, { mode: "plain", stdout: screen });
      clock.set(5_200);
      timeline.emit("codedeploy", "lifecycle.succeeded", "AfterAllowTestTraffic succeeded");
      clock.set(125_000);
      timeline.emit("ecs", "task.log", "\u001B[31mready\u001B[0m\ton 3000\r\n");
      display.stop();
      timeline.emit("ecs", "task.stopped", "not shown any more");
      assert.deepEqual(screen.lines, [
        "AWS time     here  from          what happened",
        "AWS 05:12    5.2s  codedeploy    AfterAllowTestTraffic succeeded",
        "AWS 2:05:00  125.0s  ecs             │ ready on 3000",
      ]);
      assert.ok(!screen.written.includes("\u001B"));
    });

    it("breaks long lines at 100 columns, below where the text begins", () => {
      const display = showTimeline(timeline, { mode: "plain", stdout: screen });
      timeline.emit("git", "left-out", `${"word ".repeat(14)}end ${"x".repeat(120)}`);
      display.stop();
      assert.deepEqual(screen.lines.slice(1), [
        `AWS 00:00    0.0s  git           ${"word ".repeat(13).trimEnd()}`,
        `${" ".repeat(33)}word end ${"x".repeat(120)}`,
      ]);
    });

    it("shows the first lines that each task prints, and how many more there were", () => {
      const display = showTimeline(timeline, { mode: "plain", stdout: screen, appLogLines: 2 });
      const print = (task: string, text: string) => timeline.emit("ecs", "task.log", text, { task });
      for (const number of [1, 2, 3, 4]) print("v1-1", `first ${number}`);
      print("v1-2", "second 1");
      timeline.emit("ecs", "task.stopped", "task v1-1 is STOPPED", { task: "v1-1" });
      for (const number of [2, 3]) print("v1-2", `second ${number}`);
      display.stop();
      assert.deepEqual(
        screen.lines.slice(1).map((line) => line.slice(33)),
        [
          "  │ first 1",
          "  │ first 2",
          "  │ second 1",
          "  │ … 2 more lines of v1-1 (--app-log all shows them)",
          "task v1-1 is STOPPED",
          "  │ second 2",
          "  │ … 1 more line of v1-2 (--app-log all shows them)",
        ],
      );
    });

    it("tells of a long step under way", async () => {
      const display = showTimeline(timeline, { mode: "plain", stdout: screen });
      await timeline.during("Soaking green", 300_000, () => screen.shows("Soaking green (05:00 of AWS time)"));
      display.stop();
      assert.equal(screen.lines.length, 1);
    });
  });

  describe("in JSON", () => {
    it("prints each event as a line, and nothing else", () => {
      const display = showTimeline(timeline, { mode: "json", stdout: screen });
      display.setStatus("120 sent");
      clock.set(1_000);
      const event = timeline.emit("elb", "target.healthy", "10.0.1.5 is healthy", { port: 3000 });
      display.stop();
      assert.deepEqual(
        screen.written
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as unknown),
        [event],
      );
    });
  });

  describe("live", () => {
    it("keeps what is under way below the lines that scroll, and leaves only those", async () => {
      const display = showTimeline(timeline, { mode: "live", stdout: screen });
      assert.ok(!screen.cursorVisible);
      display.setStatus("1,200 sent, 0 failed");
      clock.set(1_000);
      timeline.emit("codedeploy", "lifecycle.started", "Install started");
      await timeline.during("Waiting for green", 120_000, async () => {
        await timeline.during("Pulling the image", undefined, () => screen.shows("Pulling the image"));
        clock.set(2_000);
        timeline.emit("ecs", "task.running", "green is running");
        assert.deepEqual(
          screen.lines.map((line) => line.replace(/^[⠀-⣿]/u, "*")),
          [
            "AWS time     here  from          what happened",
            "AWS 01:00    1.0s  codedeploy    Install started",
            "AWS 02:00    2.0s  ecs           green is running",
            "* Waiting for green                            ━━━━━━━━━━──────────  01:00 left",
            "  1,200 sent, 0 failed",
          ],
        );
      });
      display.stop();
      display.stop();
      assert.equal(screen.lines.length, 3);
      assert.ok(screen.cursorVisible);
    });

    it("never needs more than half of the rows, nor more than the columns", () => {
      const underWay = Array.from({ length: 30 }, (_, id) =>
        step(id, `a step with a rather long text, number ${id}`, 120_000),
      );
      for (const [columns, rows] of [
        [80, 24],
        [30, 5],
        [10, 1],
      ] as const) {
        const lines = regionLines({ underWay, status: "status", frame: 7, columns, rows }, clock).map(plainText);
        assert.equal(lines.length, Math.max(1, Math.floor(rows / 2)));
        assert.ok(lines.every((line) => [...line].length <= columns));
        assert.equal(lines.at(-1), "  status");
      }
    });

    it("shortens lines to the terminal's width", () => {
      screen = new Screen(40);
      const display = showTimeline(timeline, { mode: "live", stdout: screen });
      timeline.emit("codebuild", "output", "a line that is a good deal longer than the terminal");
      display.stop();
      assert.deepEqual(screen.lines.slice(1), ["AWS 00:00    0.0s  codebuild       │ a…"]);
    });

    it("gives the cursor back when the process ends unawares", () => {
      const before = process.listeners("exit");
      const display = showTimeline(timeline, { mode: "live", stdout: screen });
      const [added] = process.listeners("exit").filter((listener) => !before.includes(listener));
      added!(0);
      assert.ok(screen.cursorVisible);
      display.stop();
      assert.deepEqual(process.listeners("exit"), before);
    });
  });

  it("tells of long steps only: their beginning and each quarter, once", () => {
    const progress = new ProgressLines(clock);
    const soak = step(1, "Soaking", 300_000);
    const steps = [soak, step(2, "Short", 60_000), step(3, "Unknown")];
    const told: string[] = [];
    for (let elapsedMs = 0; elapsedMs <= 7_000; elapsedMs += 100) {
      clock.set(elapsedMs);
      told.push(...progress.due(steps).map((line) => line.slice(33)));
    }
    assert.deepEqual(told, [
      "Soaking (05:00 of AWS time)",
      "Soaking: 25 %, 03:42 left",
      "Unknown (still under way)",
      "Soaking: 50 %, 02:30 left",
      "Soaking: 75 %, 01:12 left",
    ]);
    assert.deepEqual([...progress.due([]), ...progress.due([soak])], []);
  });

  it("shortens a line where it must, and says so", () => {
    const cut = (columns: number): string => plainText(fit([["abc"], ["def"]], columns));
    assert.deepEqual([7, 6, 5, 4, 3, 1, 0].map(cut), ["abcdef", "abcdef", "abcd…", "abc…", "ab…", "…", ""]);
  });

  it("colours failures red and successes green", () => {
    const styleOf = (type: string): unknown => eventLine(timeline.emit("ecs", type, "text")).at(-1)![1];
    assert.deepEqual(["lifecycle.failed", "target.unhealthy"].map(styleOf), ["red", "red"]);
    assert.deepEqual(["lifecycle.succeeded", "target.healthy"].map(styleOf), ["green", "green"]);
    assert.deepEqual(["task.running", "log"].map(styleOf), [undefined, "dim"]);
    // Most tasks stop because they should.
    assert.equal(styleOf("task.stopped"), undefined);
  });

  it("shows AWS time as a clock does", () => {
    assert.deepEqual([0, 59_999, 312_000, 3_600_000].map(awsTime), ["00:00", "00:59", "05:12", "1:00:00"]);
  });
});

/** A clock that stands where it is set. */
class SetClock extends Clock {
  private nowMs = 0;

  set(elapsedMs: number): void {
    this.nowMs = elapsedMs;
  }

  override get elapsedMs(): number {
    return this.nowMs;
  }

  override get awsMs(): number {
    return this.nowMs * this.scale;
  }
}

/** A terminal that remembers what it shows. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly rows = 24;
  written = "";
  cursorVisible = true;
  private readonly changed = new EventEmitter();
  private readonly content: string[] = [""];
  private row = 0;

  constructor(readonly columns = 80) {
    super({ decodeStrings: false });
  }

  get lines(): string[] {
    return this.content.filter((line) => line !== "");
  }

  async shows(text: string): Promise<void> {
    while (!this.lines.some((line) => line.includes(text))) await once(this.changed, "write");
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.written += chunk;
    // eslint-disable-next-line no-control-regex
    for (const [token] of chunk.matchAll(/\u001B\[[?\d]*[A-Za-z]|\n|[^\u001B\n]+/g)) this.apply(token);
    this.changed.emit("write");
    done();
  }

  private apply(token: string): void {
    if (token === "\n") this.row++;
    else if (token === "\u001B[1A") this.row--;
    else if (token === "\u001B[2K") this.content[this.row] = "";
    else if (token === "\u001B[?25l") this.cursorVisible = false;
    else if (token === "\u001B[?25h") this.cursorVisible = true;
    else if (!token.startsWith("\u001B")) this.content[this.row] += token;
    this.content[this.row] ??= "";
  }
}

function step(id: number, text: string, expectedAwsMs?: number): Progress {
  return { id, text, expectedAwsMs, startedAwsMs: 0 };
}
