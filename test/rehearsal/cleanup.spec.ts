import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { endProcesses } from "../../rehearsal/cleanup/end-processes.mjs";
import { removeFolder } from "../../rehearsal/cleanup/remove-folder.mjs";
import { createWorkspace } from "../../rehearsal/workspace";
import { stillRunning } from "./end-to-end/process-table";
import { until } from "./fixtures/tasks";
import { isRoot, ordinaryUser, runAsOrdinaryUser } from "./support/own-user";

const idle = "setInterval(() => {}, 1000)";

describe("ending processes by their environment", () => {
  /** A task that leaves a process in a session of its own, and one without the mark; prints their ids. */
  const daemons = `
    const { spawn } = require("node:child_process");
    const { PATH } = process.env;
    const start = (env) => spawn(process.execPath, ["-e", ${JSON.stringify(idle)}], { detached: true, stdio: "ignore", env });
    console.log(JSON.stringify([process.pid, start(process.env).pid, start({ PATH }).pid]));
    ${idle}`;

  async function startDaemons(mark: Readonly<Record<string, string>>): Promise<number[]> {
    const env = { PATH: process.env.PATH, ...mark };
    const task = spawn(process.execPath, ["-e", daemons], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env,
    });
    const [line] = (await once(createInterface({ input: task.stdout }), "line")) as [string];
    return JSON.parse(line) as number[];
  }

  it("ends them in whatever session they are, and what they have started, and nothing else", async () => {
    const pids = await startDaemons({ GREENLIGHT_WORKSPACE: "ours", PORT: "1" });
    const others = [
      await startDaemons({ GREENLIGHT_WORKSPACE: "ours", PORT: "2" }),
      await startDaemons({ GREENLIGHT_WORKSPACE: "ours-too", PORT: "1" }),
      await startDaemons({ NOT_GREENLIGHT_WORKSPACE: "ours", PORT: "1" }),
    ];
    try {
      assert.deepEqual(await endProcesses({ GREENLIGHT_WORKSPACE: "ours", PORT: "1" }), []);
      assert.deepEqual(stillRunning(pids), []);
      assert.equal(stillRunning(others.flat()).length, 9);
    } finally {
      for (const pid of others.flat()) process.kill(pid, "SIGKILL");
    }
  });

  for (const how of ["is closed", "dies by SIGKILL"] as const) {
    it(`is what a workspace does that ${how}`, async () => {
      const file = JSON.stringify(join(__dirname, "../../rehearsal/workspace.ts"));
      const script = `
        const { spawn } = require("node:child_process");
        require(${file}).createWorkspace().then((workspace) => {
          const env = { PATH: process.env.PATH, ...workspace.processes.mark };
          spawn(process.execPath, ["-e", ${JSON.stringify(daemons)}], { detached: true, stdio: ["ignore", "inherit", "inherit"], env });
          process.stdin.once("data", () => workspace.close().then(() => process.exit()));
        });`;
      const rehearsal = spawn(process.execPath, ["--import", "tsx", "-e", script], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const [line] = (await once(createInterface({ input: rehearsal.stdout }), "line")) as [string];
      const pids = JSON.parse(line) as number[];
      assert.equal(stillRunning(pids).length, 3);
      if (how === "is closed") rehearsal.stdin.write("close");
      else rehearsal.kill("SIGKILL");
      await once(rehearsal, "exit");
      await until(() => stillRunning(pids).length === 0);
    });
  }
});

describe("removing a folder", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "greenlight-cleanup-"));
    chmodSync(folder, 0o755);
    cpSync(join(__dirname, "../../rehearsal/cleanup"), join(folder, "cleanup"), { recursive: true });
    mkdirSync(join(folder, "old"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Whoever is to remove it owns it. */
  const give = (...paths: readonly string[]) => {
    const { uid, gid } = ordinaryUser;
    if (uid === undefined || gid === undefined) return;
    for (const path of paths) chownSync(join(folder, path), uid, gid);
  };
  const remove = (path: string, patienceMs = 5_000) =>
    runAsOrdinaryUser(
      `import { removeFolder } from ${JSON.stringify(join(folder, "cleanup/remove-folder.mjs"))};
       await removeFolder(process.argv[2], { patienceMs: ${patienceMs} });`,
      "--",
      join(folder, path),
    );

  it("opens those that are closed to their owner, as an overlay's are, and follows no link", async () => {
    mkdirSync(join(folder, "precious"));
    writeFileSync(join(folder, "precious/file"), "kept");
    mkdirSync(join(folder, "old/top/work/inner"), { recursive: true });
    writeFileSync(join(folder, "old/top/work/inner/file"), "");
    symlinkSync(join(folder, "precious"), join(folder, "old/top/work/link"));
    symlinkSync("/nowhere", join(folder, "old/top/dangling"));
    give(".", "old", "old/top", "old/top/work", "old/top/work/inner", "precious");
    for (const path of ["old/top/work/inner", "old/top/work"]) chmodSync(join(folder, path), 0);
    chmodSync(join(folder, "old/top"), 0o500);
    await remove("old/top");
    assert.equal(existsSync(join(folder, "old/top")), false);
    assert.equal(readFileSync(join(folder, "precious/file"), "utf8"), "kept");
    await remove("old/top");
  });

  it("goes deeper than a path may be long", async () => {
    const script = `for (let depth = 0; depth < 100; depth++) { const name = "n".repeat(100); require("node:fs").mkdirSync(name); process.chdir(name); }`;
    await once(spawn(process.execPath, ["-e", script], { cwd: join(folder, "old"), stdio: "inherit" }), "exit");
    await removeFolder(join(folder, "old"));
    assert.equal(existsSync(join(folder, "old")), false);
  });

  it("looks again while somebody still writes", async () => {
    const objects = join(folder, "old/objects");
    const script = `
      const fs = require("node:fs");
      const until = Date.now() + 1000;
      for (let count = 0; Date.now() < until; count++)
        try { fs.mkdirSync(${JSON.stringify(objects)}, { recursive: true }); fs.writeFileSync(${JSON.stringify(objects)} + "/" + count, ""); } catch {}
      fs.rmSync(${JSON.stringify(join(folder, "old"))}, { recursive: true, force: true });`;
    const writer = spawn(process.execPath, ["-e", script], { stdio: "inherit" });
    const ended = once(writer, "exit");
    await until(() => existsSync(objects));
    await removeFolder(join(folder, "old"));
    await ended;
  });

  it("says what it cannot remove, and a workspace that cannot be removed says so, too", async function () {
    if (!isRoot) this.skip();
    mkdirSync(join(folder, "old/foreign/inner"), { recursive: true });
    give("old");
    await assert.rejects(remove("old", 100), /EACCES: permission denied.*foreign\/inner/);

    const workspace = await createWorkspace();
    await once(spawn("mount", ["-t", "tmpfs", "tmpfs", workspace.directory], { stdio: "ignore" }), "exit");
    try {
      await assert.rejects(workspace.close(), /Not everything could be cleaned up: EBUSY.*greenlight-/);
    } finally {
      await once(spawn("umount", [workspace.directory], { stdio: "inherit" }), "exit");
      rmSync(workspace.directory, { recursive: true });
    }
  });
});
