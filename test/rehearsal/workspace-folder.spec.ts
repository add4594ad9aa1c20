import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeWorkspaceFolder } from "../../rehearsal/workspace-folder";
import { isRoot } from "./support/own-user";

describe("the folder of a workspace", () => {
  let directory: string;
  let warnings: string[];
  const make = (...folders: readonly string[]) => makeWorkspaceFolder(folders, (line) => warnings.push(line));

  beforeEach(async () => {
    warnings = [];
    directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-folder-")));
    await mkdir(join(directory, "good"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("is made in the first folder that can be used, for its owner alone, without a word", async () => {
    const folder = await make(join(directory, "good"), "/nowhere");
    assert.equal(dirname(folder), join(directory, "good"));
    assert.match(folder, /\/greenlight-\w+$/);
    assert.deepEqual([await readdir(folder), warnings], [[], []]);
  });

  it("is made elsewhere, with a warning, where TMPDIR does not exist", async () => {
    const folder = await make("/nowhere", join(directory, "good"));
    assert.equal(dirname(folder), join(directory, "good"));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /^\/nowhere is not used for temporary files: ENOENT.*\/good is used instead\.$/);
  });

  it("has no colon in its path, nor behind a link, since it goes into PATH", async () => {
    await mkdir(join(directory, "a:b"));
    await symlink(join(directory, "a:b"), join(directory, "link"));
    const folder = await make(join(directory, "a:b"), join(directory, "link"), join(directory, "good"));
    assert.equal(dirname(folder), join(directory, "good"));
    assert.match(warnings.join(), /a:b is not used for temporary files: its path has a colon/);
    assert.deepEqual(await readdir(join(directory, "a:b")), []);
  });

  it("is one in which programs start", async function () {
    if (!isRoot) this.skip();
    const folder = join(directory, "noexec");
    await mkdir(folder);
    await once(spawn("mount", ["-t", "tmpfs", "-o", "noexec", "tmpfs", folder], { stdio: "ignore" }), "exit");
    try {
      const made = await make(folder, join(directory, "good"));
      assert.equal(dirname(made), join(directory, "good"));
      assert.match(warnings.join(), /noexec is not used .*: no program may be started there \(noexec\)\./);
      assert.deepEqual(await readdir(folder), []);
    } finally {
      await once(spawn("umount", [folder], { stdio: "inherit" }), "exit");
    }
  });

  it("is refused with every reason and the way out where no folder can be used", async () => {
    await assert.rejects(make("/nowhere", "/dev/null"), (error: Error) => {
      assert.match(
        error.message,
        /^There is no folder for temporary files:\n {2}\/nowhere: ENOENT.*\n {2}\/dev\/null: ENOTDIR/,
      );
      assert.match(error.message, /\nSet TMPDIR to a folder in which programs may be started/);
      return true;
    });
  });
});
