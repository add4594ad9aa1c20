import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { strFromU8, unzipSync } from "fflate";
import { git, gitText } from "../../rehearsal/source/git";
import type { LocalRepository, Push } from "../../rehearsal/source/local-repository";
import { createLocalRepository } from "../../rehearsal/source/local-repository";

const run = promisify(execFile);

describe("the local git repository", () => {
  let directory: string;
  let repository: LocalRepository;
  let pushes: Push[];

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-source-")));
    const app = join(directory, "app");
    await mkdir(join(app, "node_modules/x"), { recursive: true });
    await mkdir(join(app, ".git"));
    await writeFile(join(app, "server.js"), "v1\n");
    await writeFile(join(app, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    repository = await createLocalRepository({ directory: join(directory, "git"), appDirectory: app, branch: "main" });
    pushes = [];
    repository.onPush((push) => pushes.push(push));
  });
  afterEach(async () => {
    await repository.close();
    await rm(directory, { recursive: true, force: true });
  });

  const change = (text: string) => (app: string) => writeFile(join(app, "server.js"), text);

  it("has the app as its first commit, without node_modules", async () => {
    const inRemote = { cwd: repository.remoteUrl };
    assert.equal(await gitText(["ls-tree", "-r", "--name-only", "main"], inRemote), "run.sh\nserver.js");
    assert.equal(await gitText(["rev-list", "--count", "main"], inRemote), "1");
    assert.equal(await gitText(["symbolic-ref", "HEAD"], inRemote), "refs/heads/main");
  });

  it("tells of a push before the push has ended", async () => {
    const commitId = await repository.commitAndPush("Release v2\n\nWith a body", change("v2\n"));
    assert.match(commitId, /^[0-9a-f]{40}$/);
    const message = "Release v2\n\nWith a body";
    assert.deepEqual(pushes, [
      { branch: "main", commitId, message, author: "Greenlight rehearsal", changedFiles: ["server.js"] },
    ]);
  });

  it("tells which files differ since the push before, whatever they are called; none of a new branch", async () => {
    const [odd, moved] = ["a file\twith\nälmost everything", "moved.sh"];
    await repository.commitAndPush("Odd", async (app) => {
      await writeFile(join(app, odd), "1");
      await rename(join(app, "run.sh"), join(app, moved));
    });
    const inClone = { cwd: repository.cloneDirectory };
    await git(["push", "--quiet", "origin", "main:topic"], inClone);
    await git(["push", "--quiet", "--force", "origin", "main~1:main"], inClone);
    const [forth, topic, back] = pushes.map(({ changedFiles }) => changedFiles);
    assert.deepEqual(forth?.toSorted(), [odd, moved, "run.sh"].sort());
    assert.equal(topic, undefined);
    assert.deepEqual(back, forth);
  });

  it("tells of a push that a person makes from a clone of their own", async () => {
    const own = join(directory, "own");
    await git(["clone", "--quiet", repository.remoteUrl, own], { cwd: directory });
    await writeFile(join(own, "server.js"), "theirs\n");
    const person = ["-c", "user.name=A Person", "-c", "user.email=person@example.com"];
    await git([...person, "commit", "--quiet", "--all", "--message", "Theirs"], { cwd: own });
    await git(["push", "--quiet", "origin", "main:topic"], { cwd: own });
    assert.deepEqual(
      pushes.map(({ branch, message, author }) => ({ branch, message, author })),
      [{ branch: "topic", message: "Theirs", author: "A Person" }],
    );
  });

  it("is deaf to the person's own configuration", async () => {
    const config = join(directory, "gitconfig");
    const hooks = join(directory, "hooks");
    await mkdir(hooks);
    await writeFile(join(hooks, "pre-commit"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await writeFile(config, `[commit]\n\tgpgSign = true\n[core]\n\thooksPath = ${hooks}\n[user]\n\tname = Somebody\n`);
    const before = { global: process.env.GIT_CONFIG_GLOBAL, directory: process.env.GIT_DIR };
    process.env.GIT_CONFIG_GLOBAL = config;
    process.env.GIT_DIR = "/nowhere";
    try {
      await repository.commitAndPush("v2", change("v2\n"));
    } finally {
      for (const [name, value] of [
        ["GIT_CONFIG_GLOBAL", before.global],
        ["GIT_DIR", before.directory],
      ] as const) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    // The person's own git, with that configuration, commits and is heard too.
    const environment = { GIT_CONFIG_GLOBAL: config };
    await change("v3\n")(repository.appDirectory);
    await git(["commit", "--quiet", "--all", "--message", "v3"], { cwd: repository.cloneDirectory, environment });
    await git(["push", "--quiet"], {
      cwd: repository.cloneDirectory,
      environment,
    });
    assert.deepEqual(
      pushes.map(({ message }) => message),
      ["v2", "v3"],
    );
  });

  it("keeps what the hook knows in a file that only this user reads", async () => {
    const hooks = join(repository.remoteUrl, "hooks");
    assert.equal((await stat(join(hooks, "post-receive.cjs"))).mode & 0o777, 0o600);
    assert.doesNotMatch(await readFile(join(hooks, "post-receive"), "utf8"), /[0-9a-f]{64}/);
  });

  describe("takes a person's commit and push from its clone, with their git's own", () => {
    const settings: Record<string, string> = {
      "commit.gpgSign": "true",
      "push.gpgSign": "true",
      "tag.gpgSign": "true",
      "push.default": "nothing",
      "push.pushOption": "ci.skip",
      "push.recurseSubmodules": "only",
      "push.followTags": "true",
      "protocol.allow": "never",
      "protocol.file.allow": "never",
      "remote.pushDefault": "fork",
      "branch.main.pushRemote": "fork",
      "core.autocrlf": "true",
      "core.safecrlf": "true",
      "core.fsmonitor": "true",
      "core.hooksPath": "HOOKS",
      "init.templateDir": "HOOKS",
      "url.ssh://git@example.com/.insteadOf": "/",
      "url.ssh://git@example.com/.pushInsteadOf": "/",
      "safe.bareRepository": "explicit",
      "receive.denyNonFastForwards": "true",
      "receive.maxInputSize": "1",
      "user.useConfigOnly": "true",
    };
    const cases = [...Object.entries(settings).map(([name, value]) => ({ [name]: value })), settings];
    for (const chosen of cases) {
      const [first = "", ...others] = Object.entries(chosen).map(([name, value]) => `${name}=${value}`);
      it(others.length > 0 ? "settings, all at once" : first, async () => {
        const hooks = join(directory, "hooks");
        await mkdir(hooks);
        for (const hook of ["pre-commit", "pre-push", "post-receive", "pre-receive"])
          await writeFile(join(hooks, hook), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
        const config = join(directory, "gitconfig");
        await writeFile(config, "");
        for (const [name, value] of Object.entries(chosen))
          await git(["config", "--file", config, name, value.replace("HOOKS", hooks)], { cwd: directory });
        // Not `git` of the rehearsal, which is deaf to it.
        const { PATH } = process.env;
        const env = { PATH, HOME: directory, GIT_CONFIG_GLOBAL: config, GIT_CONFIG_NOSYSTEM: "1" };
        const inClone = { cwd: repository.cloneDirectory, env };
        for (const version of ["v2", "v3"]) {
          await change(`${version}\n`)(repository.appDirectory);
          await run("git", ["commit", "--quiet", "--all", "--message", version], inClone);
          await run("git", ["push", ...(version === "v2" ? [] : ["--force", "origin", "main"])], inClone);
        }
        assert.deepEqual(
          pushes.map(({ message }) => message),
          ["v2", "v3"],
        );
        assert.equal(await gitText(["show", "main:server.js"], { cwd: repository.remoteUrl }), "v3");
      });
    }
  });

  it("has every file in its first commit, whatever the person's git ignores everywhere", async () => {
    const before = process.env.XDG_CONFIG_HOME;
    process.env.XDG_CONFIG_HOME = join(directory, "xdg");
    try {
      await mkdir(join(directory, "xdg/git"), { recursive: true });
      await writeFile(join(directory, "xdg/git/ignore"), "*.js\n");
      await writeFile(join(directory, "xdg/git/attributes"), "*.sh text eol=crlf\n");
      const other = { directory: join(directory, "git-4"), appDirectory: join(directory, "app"), branch: "main" };
      const made = await createLocalRepository(other);
      await made.close();
      const inRemote = { cwd: made.remoteUrl };
      assert.equal(await gitText(["ls-tree", "-r", "--name-only", "main"], inRemote), "run.sh\nserver.js");
    } finally {
      if (before === undefined) delete process.env.XDG_CONFIG_HOME;
      else process.env.XDG_CONFIG_HOME = before;
    }
  });

  it("gives a commit's files as a zip and as a directory, whatever came later", async () => {
    const second = await repository.commitAndPush("v2", change("v2\n"));
    await repository.commitAndPush("v3", change("v3\n"));
    const files = unzipSync(await repository.archive(second));
    assert.equal(strFromU8(files["server.js"]!), "v2\n");
    const out = join(directory, "out");
    await repository.checkout(second, out);
    assert.deepEqual((await readdir(out)).sort(), ["run.sh", "server.js"]);
    assert.equal(await readFile(join(out, "server.js"), "utf8"), "v2\n");
    assert.equal((await stat(join(out, "run.sh"))).mode & 0o100, 0o100);
  });

  it("keeps the app in a folder of the repository where the settings say so", async () => {
    const inFolder = await createLocalRepository({
      directory: join(directory, "git-2"),
      appDirectory: join(directory, "app"),
      pathInRepository: "services/shop",
      branch: "release",
    });
    await inFolder.close();
    const files = await gitText(["ls-tree", "-r", "--name-only", "release"], { cwd: inFolder.remoteUrl });
    assert.equal(files, "services/shop/run.sh\nservices/shop/server.js");
  });

  it("takes a push after it was closed, and nobody hears of it", async () => {
    await repository.close();
    await repository.close();
    await repository.commitAndPush("v2", change("v2\n"));
    assert.deepEqual(pushes, []);
  });

  it("says so when git passes over its hook, as it does where no program may be started", async () => {
    await chmod(join(repository.remoteUrl, "hooks/post-receive"), 0o644);
    await assert.rejects(
      repository.commitAndPush("v2", change("v2\n")),
      /did not run .*hooks\/post-receive\. Set TMPDIR to a folder/,
    );
  });

  it("says what git said when it fails, and that git is missing where it is", async () => {
    await assert.rejects(
      repository.archive("nothing"),
      /git archive .* failed \(exit status 128\):\nfatal: not a valid object name/,
    );
    await assert.rejects(
      git(["status"], { cwd: directory, environment: { PATH: "/nowhere" } }),
      /git is needed for the rehearsal/,
    );
    const request = { directory: join(directory, "git-3"), appDirectory: join(directory, "none"), branch: "main" };
    await assert.rejects(createLocalRepository(request), /The app's directory .*none does not exist/);
  });
});
