import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { createWorkspace } from "../../rehearsal/workspace";
import { isListening, nodeCommand, until } from "./fixtures/tasks";

describe("a workspace", () => {
  it("has a directory of its own, removed when it is closed", async () => {
    const workspace = await createWorkspace();
    assert.match(basename(workspace.directory), /^greenlight-/);
    await writeFile(join(workspace.directory, "file"), "text");
    await workspace.close();
    assert.equal(existsSync(workspace.directory), false);
  });

  it("runs clean-up steps in reverse order, once, before the directory goes", async () => {
    const workspace = await createWorkspace();
    const steps: string[] = [];
    workspace.onClose(() => void steps.push(`first, directory ${existsSync(workspace.directory) ? "there" : "gone"}`));
    workspace.onClose(async () => {
      await Promise.resolve();
      steps.push("last");
    });
    await Promise.all([workspace.close(), workspace.close()]);
    await workspace.close();
    assert.deepEqual(steps, ["last", "first, directory there"]);
  });

  it("runs every step even if some fail, and reports all failures", async () => {
    const workspace = await createWorkspace();
    let ran = false;
    workspace.onClose(() => void (ran = true));
    workspace.onClose(() => Promise.reject(new Error("port still open")));
    workspace.onClose(() => {
      throw new Error("task still there");
    });
    await assert.rejects(workspace.close(), /task still there; port still open/);
    assert.equal(ran, true);
    assert.equal(existsSync(workspace.directory), false);
  });

  it("tells which groups of processes run for it", async () => {
    const workspace = await createWorkspace();
    // Ids that no process has.
    for (const pgid of [4_194_305, 4_194_306]) workspace.processes.add(pgid);
    workspace.processes.remove(4_194_305);
    assert.deepEqual([...workspace.processGroups], [4_194_306]);
    workspace.processes.remove(4_194_306);
    await workspace.close();
  });

  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    it(`leaves no task and no directory behind when its process is ended by ${signal}`, async () => {
      const fixture = join(__dirname, "fixtures", "killed-workspace.ts");
      const rehearsal = spawn(process.execPath, ["--import", "tsx", fixture], { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(createInterface({ input: rehearsal.stdout }), "line")) as [string];
      const { directory, port } = JSON.parse(line) as { directory: string; port: number };
      assert.ok(directory.includes(basename(tmpdir())) && existsSync(directory));
      assert.equal(await isListening(port), true);
      rehearsal.kill(signal);
      await once(rehearsal, "exit");
      await until(async () => !existsSync(directory) && !(await isListening(port)));
    });
  }

  it("lets a process end by itself that forgot to close it, and is cleaned up all the same", async () => {
    const module = JSON.stringify(join(__dirname, "../../rehearsal/workspace.ts"));
    const script = `require(${module}).createWorkspace().then(({ directory }) => console.log(directory))`;
    const [node = "", ...args] = nodeCommand(script);
    const rehearsal = spawn(node, ["--import", "tsx", ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const [directory] = (await once(createInterface({ input: rehearsal.stdout }), "line")) as [string];
    if (rehearsal.exitCode === null) await once(rehearsal, "exit");
    await until(() => !existsSync(directory));
  });
});

describe("the reaper", () => {
  const start = () =>
    spawn(process.execPath, [join(__dirname, "../../rehearsal/reaper.mjs")], { stdio: ["pipe", "inherit", "inherit"] });

  it("kills what is still listed, and nothing else", async () => {
    const idle = () =>
      spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
    const [left, ended] = [idle(), idle()];
    const reaper = start();
    reaper.stdin.write(`+${left.pid}\n+${ended.pid}\n-${ended.pid}\n+1\n+0\n+nonsense\n`);
    reaper.stdin.end();
    assert.deepEqual(await once(reaper, "exit"), [0, null]);
    await until(() => left.signalCode === "SIGKILL");
    assert.equal(ended.signalCode, null);
    ended.kill("SIGKILL");
    await once(ended, "exit");
  });

  it("removes no directory that is not a workspace's", async () => {
    const reaper = start();
    reaper.stdin.end(`dir ${__dirname}\n`);
    await once(reaper, "exit");
    assert.equal(existsSync(__dirname), true);
  });

  it("does not heed the signals that end a rehearsal", async () => {
    const reaper = start();
    // More than a pipe holds, so that it is written only once the reaper reads.
    await new Promise((resolve) => reaper.stdin.write("\n".repeat(1_000_000), resolve));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) reaper.kill(signal);
    reaper.stdin.end();
    assert.deepEqual(await once(reaper, "exit"), [0, null]);
  });

  it("does not break the rehearsal by dying", async () => {
    const workspace = await createWorkspace();
    const { child } = workspace.processes as unknown as { child: ReturnType<typeof start> };
    child.kill("SIGKILL");
    await once(child, "exit");
    workspace.processes.add(process.pid);
    workspace.processes.remove(process.pid);
    await workspace.close();
    assert.equal(existsSync(workspace.directory), false);
  });
});
