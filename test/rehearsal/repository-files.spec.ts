import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { git, gitText } from "../../rehearsal/source/git";
import { describeLeftOut } from "../../rehearsal/source/left-out";
import { createLocalRepository, type LocalRepositoryRequest } from "../../rehearsal/source/local-repository";

const person = ["-c", "user.name=A Person", "-c", "user.email=person@example.com"];

describe("the first commit of an app", () => {
  let directory: string;
  let root: string;
  let app: string;
  let made = 0;

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-files-")));
    root = join(directory, "mono");
    app = join(root, "services/shop");
    await write({ Dockerfile: "FROM scratch\n", "src/server.js": "1\n" });
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function write(files: Readonly<Record<string, string>>, into = app): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(into, name)), { recursive: true });
      await writeFile(join(into, name), text);
    }
  }

  /** Its files, and what is said of the others. */
  async function firstCommit(request: Partial<LocalRepositoryRequest> = {}) {
    const where = { directory: join(directory, `git-${++made}`), appDirectory: app, branch: "main" };
    const repository = await createLocalRepository({ ...where, ...request });
    await repository.close();
    const names = await gitText(["ls-tree", "-r", "--name-only", "main"], { cwd: repository.remoteUrl });
    return { repository, files: names.split("\n"), said: describeLeftOut(repository.contents, app) };
  }

  const initialize = async () => {
    await git(["init", "--quiet", "--template=", root], { cwd: directory });
  };

  describe("that is in a repository", () => {
    it("has what is tracked and what would be added, without what a .gitignore above it excludes", async () => {
      await initialize();
      await write({ ".gitignore": "dist\n.env\n" }, root);
      await write({ "dist/main.js": "1", ".env": "KEY=1", "new.js": "1", "tracked.log": "1" });
      await git(["add", "--force", "services/shop/tracked.log"], { cwd: root });
      const { files, said } = await firstCommit();
      assert.deepEqual(files, ["Dockerfile", "new.js", "src/server.js", "tracked.log"]);
      const hint = `; --env-file ${join(app, ".env")} gives the app its variables`;
      assert.deepEqual(said, [`not in the repository: .env, dist/ (.gitignore excludes them)${hint}`]);
    });

    it("has no named pipe and no socket, also where one took the place of a tracked file", async () => {
      await initialize();
      await git(["add", "."], { cwd: root });
      await rm(join(app, "src/server.js"));
      assert.equal(spawnSync("mkfifo", [join(app, "src/server.js"), join(app, "queue")]).status, 0);
      const server = createServer().listen(join(app, "s"));
      await once(server, "listening");
      try {
        assert.deepEqual((await firstCommit()).files, ["Dockerfile"]);
      } finally {
        server.close();
      }
    });

    it("has no file that was deleted, and none of a submodule, which is named", async () => {
      await initialize();
      const library = join(directory, "library");
      await git(["init", "--quiet", "--template=", library], { cwd: directory });
      await git([...person, "commit", "--quiet", "--allow-empty", "--message", "x"], { cwd: library });
      await write({ "gone.js": "1" });
      await git(["add", "."], { cwd: root });
      await rm(join(app, "gone.js"));
      const words = ["-c", "protocol.file.allow=always", "submodule", "add", "--quiet", library, "services/shop/lib"];
      await git(words, { cwd: root });
      const { files, said } = await firstCommit();
      assert.deepEqual(files, ["Dockerfile", "src/server.js"]);
      assert.deepEqual(said, [
        "not in the repository: lib/ (CodePipeline's source has no files of other repositories)",
      ]);
    });

    it("runs no program that the repository's own settings name", async () => {
      await initialize();
      const trace = join(directory, "trace");
      await git(["config", "core.fsmonitor", `touch ${trace}; false`], { cwd: root });
      await firstCommit();
      await assert.rejects(readFile(trace), /ENOENT/);
    });

    it("has the folder as it is where that repository ignores all of it", async () => {
      await initialize();
      await write({ ".gitignore": "*\n" }, root);
      assert.deepEqual((await firstCommit()).files, ["Dockerfile", "src/server.js"]);
    });
  });

  describe("that is in no repository", () => {
    it("has its files, without what its .gitignore excludes and what a package manager has installed", async () => {
      await write({ ".gitignore": "*.log\n", "a.log": "1", "node_modules/x/index.js": "1", "src/node_modules/y": "1" });
      const { files, said } = await firstCommit();
      assert.deepEqual(files, [".gitignore", "Dockerfile", "src/server.js"]);
      assert.deepEqual(said, ["not in the repository: a.log (.gitignore excludes them)"]);
    });

    it("keeps links as they are, and follows none to another folder", async () => {
      await write({ "secret.txt": "1" }, directory);
      await symlink(directory, join(app, "outside"));
      await symlink("src/server.js", join(app, "link.js"));
      const { files, repository } = await firstCommit();
      assert.deepEqual(files, ["Dockerfile", "link.js", "outside", "src/server.js"]);
      const modes = await gitText(["ls-tree", "main", "outside", "link.js"], { cwd: repository.remoteUrl });
      assert.match(modes, /^120000 .*\n120000 /);
    });
  });

  describe("with a .dockerignore", () => {
    beforeEach(() =>
      write({ ".dockerignore": "data\n*.md\nDockerfile\n", "data/a": "1", "data/b/c": "1", "x.md": "1" }),
    );

    it("has nothing that no image could contain, but what the build itself reads", async () => {
      const { files, said } = await firstCommit();
      assert.deepEqual(files, [".dockerignore", "Dockerfile", "src/server.js"]);
      assert.deepEqual(said, ["not copied: data/, x.md (.dockerignore keeps them out of every image)"]);
    });

    it("has all of it where a build runs the app's tests", async () => {
      const { files } = await firstCommit({ withDockerignored: true });
      assert.deepEqual(files, [".dockerignore", "Dockerfile", "data/a", "data/b/c", "src/server.js", "x.md"]);
    });
  });

  it("has another Dockerfile in the place of the app's, with the .dockerignore that belongs to it", async () => {
    await write({
      "docker/prod.Dockerfile": "FROM x\n",
      "docker/prod.Dockerfile.dockerignore": "notes\n",
      "notes/a": "1",
    });
    const { files, repository } = await firstCommit({ dockerfile: join(app, "docker/prod.Dockerfile") });
    assert.ok(!files.includes("notes/a"));
    const inRemote = { cwd: repository.remoteUrl };
    assert.equal(await gitText(["show", "main:Dockerfile"], inRemote), "FROM x");
    assert.equal(await gitText(["show", "main:Dockerfile.dockerignore"], inRemote), "notes");
  });

  it("is given up at once when the rehearsal ends", async () => {
    const ended = new AbortController();
    const making = firstCommit({ signal: ended.signal });
    ended.abort(new Error("interrupted"));
    await assert.rejects(making, /^Error: interrupted$/);
  });
});
