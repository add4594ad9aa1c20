import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../rehearsal/ecs/free-port";
import type { PreparedContainer } from "../../rehearsal/images/container";
import { containerProcess, prepareContainer } from "../../rehearsal/images/container";
import type { Image } from "../../rehearsal/images/image";
import { sandboxCommand } from "../../rehearsal/sandbox/sandbox";
import { installStandIns } from "../../rehearsal/images/stand-ins";
import { ImageWorkshop } from "./support/image-workshop";

const apps = join(__dirname, "..", "apps");

describe("containers of built images", () => {
  let workshop: ImageWorkshop;

  beforeEach(async () => {
    workshop = await ImageWorkshop.open();
  });
  afterEach(() => workshop.close());

  describe("a container", () => {
    it("finds the image's paths in its own copy, which it may change", async () => {
      const app = await workshop.write({
        Dockerfile:
          'FROM node:22\nENV PATH=/app/bin:$PATH CONFIG=/app/config.json ROUTE=/api\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["/sbin/tini", "--"]\n' +
          'CMD ["node", "/app/server.js", "--config=/app/config.json"]',
        "server.js": "",
        "config.json": "{}",
        "bin/tool": "",
      });
      const image = await workshop.build(app);
      const root = join(workshop.directory, "container");
      const { command, cwd, environment } = await prepareContainer(image, {
        directory: root,
        environment: { PORT: "1" },
      });
      assert.deepEqual(command, [process.execPath, `${root}/app/server.js`, `--config=${root}/app/config.json`]);
      assert.equal(cwd, `${root}/app`);
      assert.equal(environment.CONFIG, `${root}/app/config.json`);
      assert.equal(environment.ROUTE, "/api");
      assert.equal(environment.PORT, "1");
      assert.deepEqual(environment.PATH?.split(":").slice(0, 2), [dirname(process.execPath), `${root}/app/bin`]);
      assert.equal(environment.HOME, `${root}/root`);

      await writeFile(join(root, "app/config.json"), "changed");
      const read = await workshop.contents(image);
      assert.equal(await read("app/config.json"), "{}");
    });

    it("is checked by a command of its own, whose paths are the image's too, or by its shell", async () => {
      const image = await workshop.buildFiles({
        Dockerfile: 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["node"]',
        "check.js": "",
      });
      const root = join(workshop.directory, "checked");
      const prepare = async (healthCheck: readonly string[], directory = `${root}-${healthCheck[0]}`) =>
        (await prepareContainer(image, { directory, environment: {}, healthCheck })).healthCheckCommand;
      const mapped = await prepare(["CMD", "node", "/app/check.js"], root);
      assert.deepEqual(mapped, [process.execPath, `${root}/app/check.js`]);
      assert.deepEqual(await prepare(["true"]), ["true"]);
      assert.deepEqual(await prepare(["CMD-SHELL", "exit 1"]), ["/bin/sh", "-c", "exit 1"]);
    });

    it("starts with the task definition's command instead of the image's", async () => {
      const image = await workshop.buildFiles({ Dockerfile: 'FROM node:22\nENTRYPOINT ["node"]\nCMD ["a.js"]' });
      const prepare = async (name: string, overrides: object) =>
        (await prepareContainer(image, { directory: join(workshop.directory, name), environment: {}, ...overrides }))
          .command;
      assert.deepEqual(await prepare("one", {}), [process.execPath, "a.js"]);
      assert.deepEqual(await prepare("two", { command: ["b.js"] }), [process.execPath, "b.js"]);
      assert.deepEqual(await prepare("three", { entryPoint: ["sh", "-c"], command: ["true"] }), ["sh", "-c", "true"]);
    });
  });

  /** The container in a sandbox where one can be had, else as a process on this machine. */
  async function startable(image: Image, environment: Record<string, string>): Promise<PreparedContainer> {
    const directory = join(workshop.directory, "container");
    if (workshop.sandbox.kind === "none") return prepareContainer(image, { directory, environment });
    await mkdir(directory);
    const imageDirectory = await workshop.store.folderOf(await image.tree());
    const process = containerProcess(image, { environment });
    const sandbox = { imageDirectory, writableDirectory: directory, network: "machine" } as const;
    return { ...sandboxCommand({ ...sandbox, ...process }), cwd: "/" };
  }

  describe("servers that this project did not write", function () {
    this.timeout(120_000);
    for (const { name, path, expected } of [
      { name: "static-files", path: "/", expected: /Static files, version 1/ },
      { name: "json-api", path: "/posts/1", expected: /"title": "Blue"/ },
    ]) {
      it(`${name} is built by the docker stand-in and answers over a real socket`, async () => {
        const bin = join(workshop.directory, "bin");
        await mkdir(bin);
        const { sandbox, store } = workshop;
        await installStandIns({ binDirectory: bin, storeDirectory: store.directory, sandbox });
        const { child: built, output } = start(
          join(bin, "docker"),
          ["build", "-t", name, join(apps, name)],
          process.env,
        );
        const [status] = (await once(built, "close")) as [number];
        assert.equal(status, 0, output());
        const image = await workshop.store.findLocal(name);
        assert.ok(image);
        const port = await freePort();
        const container = await startable(image, { PORT: String(port) });
        assert.match(await firstAnswer(container, `http://127.0.0.1:${port}${path}`), expected);
      });
    }
  });
});

function start(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): { child: ChildProcess; output: () => string } {
  const child = spawn(program, words, { env, cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

/** Starts the container, asks it until it answers, and ends all of its processes. */
async function firstAnswer({ command, cwd, environment }: PreparedContainer, url: string): Promise<string> {
  const { child, output } = start(command[0], command.slice(1), environment, cwd);
  const closed = once(child, "close");
  try {
    while (child.exitCode === null) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      if (answer?.ok) return await answer.text();
      await sleep(50);
    }
    throw new Error(`The container ended before it answered:\n${output()}`);
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await closed;
  }
}
