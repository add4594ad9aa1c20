import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { stringify } from "yaml";
import { parseBuildspec } from "../../rehearsal/codebuild/buildspec";
import type { BuildRequest, BuildResult } from "../../rehearsal/codebuild/run-build";
import type { TimelineEvent } from "../../rehearsal/events";
import { shellQuote } from "../../rehearsal/sandbox/shell-quote";
import { stillRunning } from "./end-to-end/process-table";
import { daemonScript } from "./fixtures/tasks";
import { runBuildIn } from "./support/run-build-in";

describe("a CodeBuild build", () => {
  let directory: string;
  let events: TimelineEvent[];
  let groups: Set<number>;

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-codebuild-")));
    events = [];
    groups = new Set();
    for (const name of ["source", "bin", "work"]) await mkdir(join(directory, name));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const registry = () => ({
    add: (pgid: number) => void groups.add(pgid),
    remove: (pgid: number) => void groups.delete(pgid),
  });

  function build(buildspec: object | string, change: Partial<BuildRequest> = {}): Promise<BuildResult> {
    const text = typeof buildspec === "string" ? buildspec : stringify({ version: 0.2, ...buildspec });
    return runBuildIn(directory, text, (event) => events.push(event), { processes: registry(), ...change });
  }

  const bash = { shell: "bash" };
  const output = () => events.filter(({ type }) => type === "output").map(({ text }) => text);
  const phases = (result: BuildResult) =>
    result.phases.map(({ phaseType, phaseStatus }) => `${phaseType} ${phaseStatus}`);

  it("runs every command in one shell, so that variables and the directory carry over", async () => {
    await mkdir(join(directory, "source", "deep"));
    const result = await build({
      env: bash,
      phases: {
        install: { commands: ["NAME=world", "cd deep"] },
        build: { commands: ['echo "hello $NAME in ${PWD##*/}"', "echo one\necho two >&2\nprintf 'no line end'"] },
      },
    });
    assert.equal(result.status, "SUCCEEDED", result.reason);
    assert.deepEqual(output(), ["hello world in deep", "one", "two", "no line end"]);
  });

  it("tells of a command by the first line that does something, and has all of it for machines", async () => {
    const long = `echo ${"x".repeat(200)}`;
    const commands = ["echo one", "# why\nset -euo pipefail\n\necho two\necho three", "set -e\n", long];
    await build({ env: bash, phases: { build: { commands } } });
    const told = events.filter(({ type }) => type === "command");
    assert.deepEqual(
      told.map(({ text }) => text.replace("Running command ", "")),
      ["echo one", "echo two …", "set -e", `${long.slice(0, 100)} …`],
    );
    assert.deepEqual(
      told.map(({ detail }) => detail.command),
      commands,
    );
  });

  it("runs in sh unless the buildspec names bash", async () => {
    await build({
      phases: { build: { commands: ["echo $0"] } },
    });
    assert.deepEqual(output(), ["sh"]);
  });

  it("skips to the end when a command before the build phase fails", async () => {
    const result = await build({
      env: bash,
      phases: {
        pre_build: { commands: ["echo why >&2; false", "echo never"], finally: ["echo cleaned"] },
        build: { commands: ["echo never"] },
        post_build: { commands: ["echo never"] },
      },
    });
    assert.equal(result.status, "FAILED");
    assert.deepEqual(phases(result), ["INSTALL SUCCEEDED", "PRE_BUILD FAILED"]);
    assert.deepEqual(output(), ["why", "cleaned"]);
    assert.deepEqual(result.phases[1]?.contexts, [
      {
        statusCode: "COMMAND_EXECUTION_ERROR",
        message: "Error while executing command: echo why >&2; false. Reason: exit status 1",
      },
    ]);
    assert.equal(result.reason, "A command of the build failed with exit status 1:\nwhy");
  });

  it("still runs post_build after a failed build phase, and tells it so", async () => {
    const result = await build({
      env: bash,
      phases: {
        build: { commands: ["echo $CODEBUILD_BUILD_SUCCEEDING", "set -e", "exit 7"] },
        post_build: { commands: ["echo $CODEBUILD_BUILD_SUCCEEDING"] },
      },
    });
    assert.equal(result.status, "FAILED");
    assert.deepEqual(phases(result).slice(2), ["BUILD FAILED", "POST_BUILD SUCCEEDED"]);
    assert.deepEqual(output(), ["1", "0"]);
    assert.match(result.reason ?? "", /exit status 7/);
    assert.equal(result.artifact, undefined);
  });

  it("has the project's variables before the buildspec's, and none of this process", async () => {
    process.env.SECRET_OF_THE_PERSON = "leaked";
    try {
      const result = await build(
        {
          env: { ...bash, variables: { A: "spec", B: "spec" } },
          phases: { build: { commands: ["echo $A $B", "env"] } },
        },
        { environment: { A: "project" } },
      );
      assert.equal(result.status, "SUCCEEDED");
    } finally {
      delete process.env.SECRET_OF_THE_PERSON;
    }
    const [first, ...environment] = output();
    assert.equal(first, "project spec");
    assert.ok(!environment.some((line) => line.includes("leaked")));
    assert.ok(environment.some((line) => line.startsWith(`HOME=${directory}/work/`)));
  });

  it("finds the stand-ins first", async () => {
    await writeFile(join(directory, "bin", "docker"), "#!/bin/sh\necho stand-in\n", { mode: 0o755 });
    await build({ phases: { build: { commands: ["docker"] } } });
    assert.deepEqual(output(), ["stand-in"]);
  });

  it("works on a copy of the source, and hands on the artifacts as a zip", async () => {
    await writeFile(join(directory, "source", "a.txt"), "from the source");
    const result = await build({
      env: bash,
      phases: {
        build: { commands: ["mkdir -p out/deep; cp a.txt out/; echo new > out/deep/b.txt; echo x > out/c.log"] },
      },
      artifacts: { files: ["a.txt", "out/**/*.txt"] },
    });
    assert.equal(result.status, "SUCCEEDED", result.reason);
    const files = unzipSync(result.artifact ?? Buffer.alloc(0));
    assert.deepEqual(Object.keys(files).sort(), ["a.txt", "out/a.txt", "out/deep/b.txt"]);
    assert.equal(strFromU8(files["out/deep/b.txt"]!), "new\n");
    assert.deepEqual(await readdir(join(directory, "source")), ["a.txt"]);
    assert.deepEqual(await readdir(join(directory, "work")), []);
  });

  it("fails when there is no artifact to hand on", async () => {
    const result = await build({
      phases: { build: { commands: ["true"] } },
      artifacts: { files: ["imageDetail.json"] },
    });
    assert.equal(result.status, "FAILED");
    assert.equal(result.reason, "no matching artifact paths found: imageDetail.json");
  });

  it("names everything that is wrong in a buildspec at once", async () => {
    const wrong = {
      version: 0.1,
      phases: { biuld: {}, build: { commands: "npm ci", "on-failure": "ABORT" } },
      artifacts: { files: [] },
    };
    assert.throws(
      () => parseBuildspec(stringify(wrong)),
      ({ message }: Error) =>
        [
          "version: the version must be 0.2",
          /biuld/,
          /^phases.build.commands: /m,
          /on-failure is valid for CodeBuild/,
          /^artifacts.files: /m,
        ].every((part) => (typeof part === "string" ? message.includes(part) : part.test(message))),
    );
    const result = await build(stringify(wrong));
    assert.equal(result.status, "FAILED");
    assert.equal(result.phases[0]?.contexts[0]?.statusCode, "YAML_FILE_ERROR");
    assert.throws(() => parseBuildspec("version: ["), /line 1/);
  });

  /** A command that connects to us, says so in the file `connected`, and never ends; and the first connections. */
  async function listen(count: number): Promise<{ client: string; connected: Promise<Socket[]>; close: () => void }> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    const connected = new Promise<Socket[]>((resolve) => {
      server.on("connection", (socket) => {
        socket.on("error", () => undefined).resume();
        if (sockets.push(socket) === count) resolve(sockets);
      });
    });
    const program = `require("net").connect(${port}, "127.0.0.1", () => require("fs").writeFileSync("connected", ""))`;
    return { client: `node -e '${program}'`, connected, close: () => server.close() };
  }

  /** A socket closes when the process at its other end is gone. */
  async function gone(socket: Socket): Promise<void> {
    if (!socket.closed) await once(socket, "close");
  }

  it("leaves no process when it is stopped", async () => {
    const { client, connected, close } = await listen(2);
    const controller = new AbortController();
    const building = build(
      {
        env: bash,
        phases: { build: { commands: [`${client} & ${client}`] }, post_build: { commands: ["echo never"] } },
      },
      { signal: controller.signal },
    );
    const sockets = await connected;
    assert.equal(groups.size, 1);
    controller.abort();
    const result = await building;
    await Promise.all(sockets.map(gone));
    assert.equal(result.status, "STOPPED");
    assert.deepEqual(phases(result).at(-1), "BUILD STOPPED");
    assert.deepEqual(output(), []);
    assert.equal(groups.size, 0);
    assert.deepEqual(await readdir(join(directory, "work")), []);
    close();
  });

  it("leaves no process when its time is over", async () => {
    const commands = ["sleep 300 & sleep 300"];
    const result = await build({ env: bash, phases: { build: { commands } } }, { timeoutMinutes: 0.02 });
    assert.equal(result.status, "TIMED_OUT");
    assert.equal(result.reason, "The build took longer than 0.02 minutes");
    assert.equal(groups.size, 0);
  });

  it("ends what a command left in the background", async () => {
    const { client, connected, close } = await listen(1);
    const commands = [`${client} &`, "while ! [ -f connected ]; do sleep 0.05; done"];
    const result = await build({ env: bash, phases: { build: { commands } } });
    assert.equal(result.status, "SUCCEEDED");
    await Promise.all((await connected).map(gone));
    close();
  });

  it("ends what a command started in a session of its own, and removes folders that it has closed", async () => {
    const processes = { ...registry(), mark: { GREENLIGHT_WORKSPACE: `greenlight-test-${process.pid}` } };
    const commands = [
      `node -e ${shellQuote(daemonScript)} > said & while ! [ -s said ]; do sleep 0.05; done; cat said`,
      "mkdir -p closed/work && touch closed/work/file && chmod 000 closed/work",
    ];
    const result = await build({ env: bash, phases: { build: { commands } } }, { processes });
    assert.equal(result.status, "SUCCEEDED", result.reason);
    const [daemon = ""] = output();
    assert.match(daemon, /^daemon \d+$/);
    assert.deepEqual(stillRunning([Number(daemon.split(" ")[1])]), []);
    assert.deepEqual(await readdir(join(directory, "work")), []);
  });

  it("does not start when it is stopped beforehand", async () => {
    const result = await build({ phases: { build: { commands: ["echo never"] } } }, { signal: AbortSignal.abort() });
    assert.equal(result.status, "STOPPED");
    assert.deepEqual(output(), []);
  });
});
