import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import type { TimelineEvent } from "../../../rehearsal/events";
import { until } from "../fixtures/tasks";
import { needNamespaces } from "../../support/namespaces";
import { runningWith } from "./process-table";
import { scenarios, type Stage, tinyApp } from "./scenarios";

const interrupted = 130;
/** Its image is never built: only what is Node's runs here, and this does not end by itself. */
const slowApp = {
  ...tinyApp,
  Dockerfile: `FROM node:22\nRUN node -e "console.log('building slowly'); setInterval(() => {}, 1000)"\n`,
};

/** In the command of the processes that nothing of their app holds. */
const daemonName = `daemon-of-${process.pid}`;

const daemonApp = {
  ...tinyApp,
  "server.cjs": `${tinyApp["server.cjs"]}
const { spawn } = require("node:child_process");
spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "${daemonName}"], { detached: true, stdio: "ignore" });
console.log("daemon started");
`,
};

const hookRuns = ({ source, type }: TimelineEvent) => source === "lambda" && type === "invoked";
const blueWaits = ({ text }: TimelineEvent) => text === "terminationWait started";
const appBuilds = ({ text }: TimelineEvent) => text === "building slowly";
const greenStarts = ({ text }: TimelineEvent) => text === "Install started";
const pushed = ({ type }: TimelineEvent) => type === "pushed";

interface How {
  /** @default a tiny app that works */
  readonly files?: Readonly<Record<string, string>>;
  /** @default SIGINT */
  readonly signal?: NodeJS.Signals;
  /** Whether all of the terminal's processes get it. @default false */
  readonly group?: boolean;
}

describe("npm start that is interrupted", function () {
  this.timeout(180_000);
  const scenario = scenarios();

  /** Interrupts a rehearsal once an event meets `moment`; nothing may be left of it. */
  const signalled = (moment: (event: TimelineEvent) => boolean, how: How = {}) =>
    scenario(async ({ start, app }) => {
      const { files = tinyApp, signal = "SIGINT", group = false } = how;
      const rehearsal = await start(["--app", await app(files)]);
      await rehearsal.event(moment);
      rehearsal.signal(signal, { group });
      const status = await rehearsal.end();
      await rehearsal.assertNothingIsLeft({ wasKilled: signal === "SIGKILL" });
      return { status, stderr: rehearsal.stderr };
    });

  const atOnce = scenario(async ({ start }) => {
    const rehearsal = await start([]);
    rehearsal.signal("SIGINT");
    const status = await rehearsal.end();
    await rehearsal.assertNothingIsLeft();
    return status;
  });
  const beforeTheFirstEvent = scenario(async ({ start }) => {
    const rehearsal = await start([]);
    await until(async () => (await readdir(rehearsal.temporaryDirectory)).length > 0);
    rehearsal.signal("SIGINT");
    const status = await rehearsal.end();
    await rehearsal.assertNothingIsLeft();
    return { status, stderr: rehearsal.stderr };
  });
  const whileBuilding = signalled(appBuilds, { files: slowApp, group: true });
  const asPushed = signalled(pushed, { group: true });
  const whileInstalling = signalled(greenStarts);
  const whileTesting = signalled(hookRuns, { group: true });
  const terminated = signalled(blueWaits, { signal: "SIGTERM" });
  const killed = signalled(hookRuns, { signal: "SIGKILL" });
  const killedWhileBuilding = signalled(appBuilds, { files: slowApp, signal: "SIGKILL" });

  const withDaemon = scenario(async ({ start, app }) => {
    const rehearsal = await start(["--app", await app(daemonApp)]);
    await rehearsal.event(({ text }) => text === "daemon started");
    await until(() => runningWith(daemonName).length > 0);
    rehearsal.signal("SIGINT");
    const status = await rehearsal.end();
    await rehearsal.assertNothingIsLeft();
    assert.deepEqual(runningWith(daemonName), []);
    return { status, stderr: rehearsal.stderr };
  });

  /** Ends a rehearsal by something that happens to whoever started it. */
  const abandoned = (words: Parameters<Stage["start"]>[1], happen: "reader is gone" | "parent is killed") =>
    scenario(async ({ start, app }) => {
      const rehearsal = await start(["--app", await app(tinyApp)], words);
      await rehearsal.event(greenStarts);
      rehearsal.noteProcesses();
      if (happen === "reader is gone") rehearsal.child.stdout!.destroy();
      else rehearsal.signal("SIGKILL");
      const status = await rehearsal.end();
      await rehearsal.assertNothingIsLeft({ wasKilled: happen === "parent is killed" });
      return { status, stderr: rehearsal.stderr };
    });
  const withoutReader = abandoned({}, "reader is gone");
  const withoutNpm = abandoned({ shell: 'node "$0" "$@" & wait' }, "parent is killed");
  const withoutNpmAboveItsShell = abandoned(
    { shell: `sh -c 'node "$0" "$@"; exit' "$0" "$@" & wait` },
    "parent is killed",
  );

  it("at once, leaves nothing behind", async () => {
    // Before its program is loaded, the signal ends it as any other process.
    assert.ok([interrupted, "SIGINT"].includes(await atOnce()));
  });

  for (const [moment, played] of [
    ["before the first event", beforeTheFirstEvent],
    ["while the first image is built, with all of its terminal's processes", whileBuilding],
    ["as the second version is pushed, with all of its terminal's processes", asPushed],
    ["while green starts", whileInstalling],
    ["while green is tested, with all of its terminal's processes", whileTesting],
    ["by SIGTERM while blue waits for its end", terminated],
  ] as const) {
    it(`${moment}, says so by its exit status and leaves nothing behind`, async function () {
      if (played === whileBuilding) await needNamespaces(this);
      assert.deepEqual(await played(), { status: interrupted, stderr: "" });
    });
  }

  for (const [moment, played] of [
    ["while green is tested", killed],
    ["while the first image is built", killedWhileBuilding],
  ] as const) {
    it(`by SIGKILL ${moment}, leaves nothing behind for long`, async function () {
      if (played === killedWhileBuilding) await needNamespaces(this);
      assert.equal((await played()).status, "SIGKILL");
    });
  }

  it("because nobody reads its output any more, ends as if by Ctrl-C", async () => {
    assert.deepEqual(await withoutReader(), { status: interrupted, stderr: "" });
  });

  it("because npm was killed, ends as if by Ctrl-C", async () => {
    assert.equal((await withoutNpm()).status, "SIGKILL");
  });

  it("because npm was killed, whose shell lives on, ends as if by Ctrl-C", async () => {
    assert.equal((await withoutNpmAboveItsShell()).status, "SIGKILL");
  });

  it("although its app has left its process group and its session", async () => {
    assert.deepEqual(await withDaemon(), { status: interrupted, stderr: "" });
  });
});
