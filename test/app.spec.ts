import assert from "node:assert/strict";
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";

const source = join(__dirname, "..", "app");

describe("the sample app", function () {
  let directory: string;
  let app: RunningApp;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "greenlight-app-"));
    await cp(source, directory, { recursive: true, filter: (path) => !path.includes("node_modules") });
    await install(directory);
    app = await startApp(directory);
  });

  after(async () => {
    await app?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("greets with its version, in HTML unless JSON is asked for", async () => {
    const page = await app.get("/", { accept: "text/html,application/xhtml+xml" });
    assert.match(page.headers["content-type"] ?? "", /html/);
    assert.match(page.body, /<h1>v1<\/h1>/);
    assert.match((await app.get("/", { accept: "image/png" })).body, /<h1>v1<\/h1>/);

    const greeting = await app.get("/", { accept: "application/json" });
    assert.deepEqual(JSON.parse(greeting.body), { message: "Hello!", version: "v1" });
  });

  it("says that it is healthy, and what it is", async () => {
    const health = await app.get("/health");
    assert.equal(health.status, 200);
    assert.deepEqual(JSON.parse(health.body), { status: "ok", version: "v1" });
    assert.deepEqual(JSON.parse((await app.get("/version")).body), { version: "v1", commit: "abc123" });
  });

  it("names its version on every answer, errors included", async () => {
    for (const [path, status] of [
      ["/", 200],
      ["/nothing", 404],
      ["/slow?ms=never", 400],
    ] as const) {
      const answer = await app.get(path);
      assert.deepEqual([path, answer.status, answer.headers["x-app-version"]], [path, status, "v1"]);
    }
  });

  it("answers late or in pieces, within bounds", async () => {
    assert.equal((await app.get("/slow?ms=20")).status, 200);
    const lines = (await app.get("/stream?chunks=3&ms=1")).body.trim().split("\n");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { chunk: number }).chunk),
      [1, 2, 3],
    );

    for (const path of [
      "/slow?ms=15001",
      "/slow?ms=-1",
      "/slow?ms=1&ms=2",
      "/stream?chunks=0",
      "/stream?chunks=100&ms=151",
    ]) {
      assert.match((await app.get(path)).body, /expected a whole number/, path);
    }
  });

  it("keeps an idle connection longer than the load balancer does", async () => {
    const agent = new Agent({ keepAlive: true });
    const answer = await app.get("/health", {}, agent);
    agent.destroy();
    assert.equal(answer.headers["keep-alive"], "timeout=65");
  });

  it("on SIGTERM takes no new connection, finishes what is under way and exits with 0", async () => {
    const stopped = await startApp(directory);
    const idle = connect(stopped.port, "localhost").on("error", () => {});
    await once(idle, "connect");
    const underWay = await stopped.request("/stream?chunks=10&ms=50");
    await once(underWay, "readable");

    const idleClosed = once(idle, "close");
    stopped.child.kill("SIGTERM");
    await stopped.logged("stopping");
    // Refused, or reset where the kernel had taken the connection before the listening socket was closed.
    await assert.rejects(stopped.get("/health"), { code: /^ECONN(REFUSED|RESET)$/ });

    assert.equal((await text(underWay)).trim().split("\n").length, 10);
    await idleClosed;
    assert.deepEqual(await stopped.exited, [0, null]);
  });

  it("says why it cannot listen, and exits with 1", async () => {
    const second = run(directory, app.port);
    const line = await lineOf(createInterface(second.stdout), "cannot listen");
    assert.match(String(line.error), /EADDRINUSE/);
    assert.deepEqual(await once(second, "exit"), [1, null]);
  });

  it("is installed from any registry, and carries its version in one line of one file", async () => {
    assert.doesNotMatch(await readFile(join(source, "package-lock.json"), "utf8"), /"resolved"/);
    assert.equal(await readFile(join(source, "version.txt"), "utf8"), "v1\n");
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type AppProcess = ChildProcessByStdio<null, Readable, null>;

interface RunningApp {
  readonly child: AppProcess;
  readonly port: number;
  readonly exited: Promise<unknown[]>;
  readonly request: (path: string, headers?: Record<string, string>, agent?: Agent) => Promise<IncomingMessage>;
  readonly get: (path: string, headers?: Record<string, string>, agent?: Agent) => Promise<Answer>;
  readonly logged: (event: string) => Promise<Record<string, unknown>>;
  readonly stop: () => Promise<void>;
}

async function startApp(directory: string): Promise<RunningApp> {
  const child = run(directory, 0);
  const exited = once(child, "exit");
  const lines = createInterface(child.stdout);
  const port = Number((await lineOf(lines, "listening")).port);

  const request: RunningApp["request"] = async (path, headers = {}, agent) => {
    const [response] = (await once(get({ port, path, headers, agent }), "response")) as [IncomingMessage];
    return response;
  };
  return {
    child,
    port,
    exited,
    request,
    get: async (path, headers, agent) => {
      const response = await request(path, headers, agent);
      return { status: response.statusCode, headers: response.headers, body: await text(response) };
    },
    logged: (event) => lineOf(lines, event),
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function run(directory: string, port: number): AppProcess {
  const env = { ...process.env, PORT: String(port), COMMIT_ID: "abc123" };
  return spawn(process.execPath, ["server.js"], { cwd: directory, env, stdio: ["ignore", "pipe", "inherit"] });
}

/** The next line of the app's log that tells of `event`. */
function lineOf(lines: Interface, event: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    lines.once("close", () => reject(new Error(`The app ended without saying "${event}".`)));
    lines.on("line", (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      if (entry.event === event) resolve(entry);
    });
  });
}

async function install(directory: string): Promise<void> {
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ["npm", []];
  const options = ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await promisify(execFile)(command, [...first, ...options], { cwd: directory });
}
