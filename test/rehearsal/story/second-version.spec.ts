import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../rehearsal/ecs/free-port";
import { gitText } from "../../../rehearsal/source/git";
import { createLocalRepository, type LocalRepository, type Push } from "../../../rehearsal/source/local-repository";
import { pushSecondVersion } from "../../../rehearsal/story/second-version";
import { isListening, until } from "../fixtures/tasks";

describe("the second version", () => {
  let directory: string;
  let repository: LocalRepository;
  const pushes: Push[] = [];

  async function create(files: Readonly<Record<string, string>>): Promise<void> {
    const app = join(directory, "app");
    await mkdir(app);
    for (const [name, content] of Object.entries(files)) await writeFile(join(app, name), content);
    const git = join(directory, "git");
    repository = await createLocalRepository({
      directory: git,
      appDirectory: app,
      pathInRepository: "app",
      branch: "main",
    });
    repository.onPush((push) => pushes.push(push));
  }
  beforeEach(async () => {
    pushes.length = 0;
    directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-second-version-")));
  });
  afterEach(async () => {
    await repository.close();
    await rm(directory, { recursive: true, force: true });
  });

  const file = (name: string) => readFile(join(repository.appDirectory, name), "utf8");

  for (const [first, second] of [
    ["v1\n", "v2\n"],
    ["1.4.2", "2.4.2\n"],
    ["", "2.0.0\n"],
    ["release 9", "release 10\n"],
  ] as const) {
    it(`of ${JSON.stringify(first)} is ${JSON.stringify(second)}`, async () => {
      await create({ Dockerfile: "FROM node\n", "version.txt": first });
      const commitId = await pushSecondVersion(repository, undefined);
      assert.equal(await file("version.txt"), second);
      assert.deepEqual(
        pushes.map((push) => [push.commitId, push.message]),
        [[commitId, "A second version"]],
      );
      const changed = ["show", "--name-only", "--format=", commitId];
      assert.equal(await gitText(changed, { cwd: repository.remoteUrl }), "app/version.txt");
    });
  }

  it("of an app without that file is a commit all the same", async () => {
    await create({ Dockerfile: "FROM node\n" });
    await pushSecondVersion(repository, undefined);
    assert.equal(await file("version.txt"), "2.0.0\n");
  });

  /** Starts what the faulty version starts, in the clone. */
  async function startFaulty() {
    const [command, ...others] = (await file("Dockerfile")).split("\n").filter((line) => line.startsWith("CMD "));
    assert.deepEqual(others, []);
    assert.equal(command, 'CMD ["node", "broken.cjs"]');
    const port = await freePort();
    const env = { ...process.env, PORT: String(port) };
    const child = spawn(process.execPath, ["broken.cjs"], { cwd: repository.appDirectory, env, stdio: "inherit" });
    return { child, port };
  }

  it("that fails its test passes health checks, and answers everything else with 500", async () => {
    await create({ Dockerfile: 'FROM node\nENTRYPOINT ["sh"]' });
    await pushSecondVersion(repository, "hook");
    assert.match(await file("Dockerfile"), /^ENTRYPOINT \[\]$/m);
    const { child, port } = await startFaulty();
    await until(() => isListening(port));
    const status = async (headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${port}/`, { headers })).status;
    const [balancers, containers] = [{ "user-agent": "ELB-HealthChecker/2.0" }, { "user-agent": "curl/8" }];
    const visitors = { "user-agent": "curl/8", "x-forwarded-for": "127.0.0.1" };
    assert.deepEqual([await status(balancers), await status(containers), await status(visitors)], [200, 200, 500]);
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("that never becomes healthy runs and does not listen", async () => {
    await create({ Dockerfile: "FROM node" });
    await pushSecondVersion(repository, "health");
    assert.match(await file("broken.cjs"), /setInterval/);
    assert.doesNotMatch(await file("broken.cjs"), /listen/);
    const { child } = await startFaulty();
    await once(child, "spawn");
    child.kill("SIGKILL");
    await once(child, "exit");
  });
});
