import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RehearsalProcess } from "./rehearsal-process";
import { scenarios, tinyApp } from "./scenarios";

const run = promisify(execFile);

describe("npm start -- --keep", function () {
  this.timeout(180_000);
  const scenario = scenarios();

  /** A person's own git in the clone: writes the version, commits, pushes; returns what git says. */
  async function push(clone: string, version: string): Promise<string> {
    await writeFile(join(clone, "app/version.txt"), `${version}\n`);
    await run("git", ["commit", "--quiet", "--all", "--message", `Release ${version}`], { cwd: clone });
    return (await run("git", ["push", "origin", "main"], { cwd: clone })).stderr;
  }

  const executions = ({ events }: RehearsalProcess) =>
    events.filter(({ type }) => /^execution\.(succeeded|failed|superseded)$/.test(type)).map(({ type }) => type);
  const body = async (url: string) => (await fetch(url)).text();

  const kept = scenario(async ({ start, app }) => {
    const rehearsal = await start(["--app", await app(tinyApp), "--scale", "200", "--keep"]);
    const { detail } = await rehearsal.event(({ type }) => type === "keep");
    const clone = detail.cloneDirectory as string;
    const productionUrl = detail.productionUrl as string;
    const afterStory = await body(productionUrl);

    const said = await push(clone, "v3");
    await rehearsal.when(() => executions(rehearsal).length === 2);
    const afterPush = await body(productionUrl);

    for (const version of ["v4", "v5", "v6"]) await push(clone, version);
    await rehearsal.when(() => executions(rehearsal).length === 5);
    const afterPushes = await body(productionUrl);

    rehearsal.signal("SIGINT", { group: true });
    const status = await rehearsal.end();
    await rehearsal.assertNothingIsLeft();
    return { rehearsal, productionUrl, said, status, answers: [afterStory, afterPush, afterPushes] };
  });

  it("releases what a person pushes from the clone that it names", async () => {
    const { rehearsal, productionUrl, said, answers } = await kept();
    assert.equal(productionUrl, rehearsal.productionUrl);
    assert.match(said, /remote: The rehearsal heard of main at [0-9a-f]{7}/);
    assert.deepEqual(answers.slice(0, 2), ["v2", "v3"]);
    const messages = rehearsal.events.filter(({ type }) => type === "pushed").map(({ detail }) => detail.message);
    assert.deepEqual(messages.slice(0, 2), ["A second version", "Release v3"]);
  });

  it("never has two deployments at once, and the newest push is live at last", async () => {
    const { rehearsal, answers } = await kept();
    assert.equal(answers[2], "v6");
    let underWay = 0;
    for (const { source, type } of rehearsal.events) {
      if (source !== "codedeploy") continue;
      if (type === "deployment.created") assert.equal(++underWay, 1);
      if (/^deployment\.(succeeded|failed|stopped)$/.test(type)) underWay--;
    }
    assert.equal(underWay, 0);
    const [, , ...quick] = executions(rehearsal);
    assert.equal(quick.at(-1), "execution.succeeded");
    assert.ok(!quick.includes("execution.failed"), rehearsal.tail);
  });

  it("ends with Ctrl-C, and leaves nothing behind", async () => {
    const { rehearsal, status } = await kept();
    assert.deepEqual([status, rehearsal.stderr], [130, ""]);
  });
});
