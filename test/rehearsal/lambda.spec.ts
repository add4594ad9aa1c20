import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Clock } from "../../rehearsal/clock";
import { Timeline } from "../../rehearsal/events";
import { invokeFunction, type Invocation } from "../../rehearsal/lambda/invoke-function";

describe("a Lambda function under rehearsal", () => {
  let codeDirectory: string;
  beforeEach(async () => {
    codeDirectory = await mkdtemp(join(tmpdir(), "greenlight-function-"));
  });
  afterEach(() => rm(codeDirectory, { recursive: true, force: true }));

  const awsEndpoint = {
    url: "http://127.0.0.1:9",
    credentials: { accessKeyId: "REHEARSAL", secretAccessKey: "not-a-secret" },
  };

  /** Invokes a function with this body; it has `event` and `context`. */
  const invoke = async (body: string, options: Partial<Invocation> = {}) => {
    await writeFile(join(codeDirectory, "index.js"), `exports.handler = async (event, context) => {${body}};`);
    return invokeFunction({
      functionName: "demo",
      codeDirectory,
      handler: "index.handler",
      environment: {},
      timeoutSeconds: 60,
      event: {},
      awsEndpoint,
      clock: new Clock(60),
      ...options,
    });
  };

  describe("answers", () => {
    it("with what its handler returns", async () => {
      const outcome = await invoke(`return { got: event.input };`, { event: { input: 7 } });
      assert.deepEqual(outcome, { status: "returned", value: { got: 7 } });
    });

    it("with null when its handler returns nothing", async () => {
      assert.deepEqual(await invoke(``), { status: "returned", value: null });
    });

    it("with the error that its handler throws", async () => {
      const outcome = await invoke(`throw new RangeError("too far");`);
      assert.deepEqual(outcome, { status: "threw", errorType: "RangeError", errorMessage: "too far" });
    });

    it("with an error when what it returns is no JSON", async () => {
      const outcome = await invoke(`return 1n;`);
      assert.equal(outcome.status === "threw" && outcome.errorType, "Runtime.MarshalError");
    });

    it("with an error when its code cannot be loaded or exports no such function", async () => {
      const missing = await invoke(``, { handler: "other.handler" });
      assert.match(missing.status === "threw" ? missing.errorMessage : "", /Cannot find module .*other/);
      const unnamed = await invoke(``, { handler: "index.run" });
      assert.equal(unnamed.status === "threw" && unnamed.errorType, "Runtime.HandlerNotFound");
    });

    it("though it has left work behind", async () => {
      const outcome = await invoke(`setInterval(() => undefined, 1000); return "done";`);
      assert.deepEqual(outcome, { status: "returned", value: "done" });
    });
  });

  describe("gives no answer", () => {
    it("when its time is over: it is killed", async () => {
      const outcome = await invoke(`for (;;);`, { timeoutSeconds: 3 });
      assert.deepEqual(outcome, { status: "timed-out", timeoutSeconds: 3 });
    });

    it("when it ends its process", async () => {
      const outcome = await invoke(`process.exit(3);`);
      assert.deepEqual(outcome, { status: "exited", exitCode: 3, signal: null });
    });

    it("when it crashes outside its handler", async () => {
      const outcome = await invoke(`setTimeout(() => { throw new Error("crash"); }); await new Promise(() => {});`);
      assert.deepEqual(outcome, { status: "exited", exitCode: 1, signal: null });
    });

    it("when its process is killed", async () => {
      const outcome = await invoke(`process.kill(process.pid, "SIGKILL"); await new Promise(() => {});`);
      assert.deepEqual(outcome, { status: "exited", exitCode: null, signal: "SIGKILL" });
    });
  });

  it("sees its waits in AWS time and real work in real time", async () => {
    const outcome = await invoke(
      `const [date, real, left] = [Date.now(), performance.now(), context.getRemainingTimeInMillis()];
       await new Promise((resolve) => setTimeout(resolve, 120_000));
       return {
         awsMs: Date.now() - date,
         leftMs: left - context.getRemainingTimeInMillis(),
         realMs: performance.now() - real,
       };`,
      { timeoutSeconds: 900, clock: new Clock(600) },
    );
    const times = outcome.status === "returned" ? (outcome.value as Record<string, number>) : {};
    // A timer may ring a millisecond early, which is 600 of AWS's.
    assert.ok(times.awsMs! >= 119_000, `${times.awsMs} ms of AWS time`);
    assert.ok(times.leftMs! >= 119_000, `${times.leftMs} ms fewer are left`);
    assert.ok(times.realMs! < 120_000, `${times.realMs} real ms`);
  });

  it("is told how much time it has: all of it when time is not scaled", async () => {
    const outcome = await invoke(`return context.getRemainingTimeInMillis();`, { clock: new Clock(1) });
    const leftMs = outcome.status === "returned" ? Number(outcome.value) : 0;
    assert.ok(leftMs > 0 && leftMs <= 60_000, `${leftMs} ms`);
  });

  it("has Lambda's environment and its own, nothing of the rehearsal's, and finds the AWS SDK", async () => {
    process.env.GREENLIGHT_TEST_LEAK = "leak";
    try {
      const outcome = await invoke(
        `require("@aws-sdk/client-codedeploy"); return { ...process.env, functionName: context.functionName };`,
        { environment: { HOST_HEADER: "demo.example.com" } },
      );
      assert.equal(outcome.status, "returned");
      const environment = outcome.status === "returned" ? (outcome.value as Record<string, string>) : {};
      const { NODE_PATH, PATH, ...rest } = environment;
      assert.ok(NODE_PATH);
      assert.equal(PATH, process.env.PATH);
      assert.deepEqual(rest, {
        functionName: "demo",
        HOST_HEADER: "demo.example.com",
        AWS_LAMBDA_FUNCTION_NAME: "demo",
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "REHEARSAL",
        AWS_SECRET_ACCESS_KEY: "not-a-secret",
        AWS_ENDPOINT_URL: "http://127.0.0.1:9",
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        LAMBDA_TASK_ROOT: codeDirectory,
        HOME: codeDirectory,
      });
    } finally {
      delete process.env.GREENLIGHT_TEST_LEAK;
    }
  });

  it("tells the timeline each line that it prints, up to the last before a crash", async () => {
    const timeline = new Timeline(new Clock(60));
    const lines: unknown[] = [];
    timeline.on(({ source, type, text, detail }) => lines.push([source, type, text, detail]));
    await invoke(
      `console.log("plain");
       console.log(JSON.stringify({ level: "info", message: "structured", round: 1 }));
       process.stdout.write("unfinished");
       process.exit(1);`,
      { timeline },
    );
    assert.deepEqual(lines, [
      ["lambda", "log", "plain", { functionName: "demo" }],
      ["lambda", "log", "structured", { functionName: "demo", level: "info", round: 1 }],
      ["lambda", "log", "unfinished", { functionName: "demo" }],
    ]);
  });

  describe("ends with those who started it", () => {
    it("when it is aborted", async () => {
      const visitor = await expectVisitor();
      try {
        const abort = new AbortController();
        const invocation = invoke(hangOn(visitor.port), { signal: abort.signal });
        const { gone } = await visitor.arrives();
        abort.abort(new Error("Ctrl-C"));
        await assert.rejects(invocation, { message: "Ctrl-C" });
        await gone;
      } finally {
        await visitor.close();
      }
    });

    it("when it is aborted before it starts", async () => {
      await assert.rejects(invoke(``, { signal: AbortSignal.abort(new Error("Ctrl-C")) }), { message: "Ctrl-C" });
    });

    it("when their process dies", async () => {
      const visitor = await expectVisitor();
      const parentFile = join(codeDirectory, "parent.cjs");
      const module = (file: string) => JSON.stringify(join(__dirname, "../../rehearsal", file));
      await writeFile(join(codeDirectory, "index.js"), `exports.handler = async () => {${hangOn(visitor.port)}};`);
      await writeFile(
        parentFile,
        `const { Clock } = require(${module("clock")});
         const { invokeFunction } = require(${module("lambda/invoke-function")});
         void invokeFunction({ functionName: "demo", codeDirectory: ${JSON.stringify(codeDirectory)}, handler: "index.handler",
           environment: {}, timeoutSeconds: 900, event: {}, awsEndpoint: ${JSON.stringify(awsEndpoint)}, clock: new Clock(1) });`,
      );
      const parent = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), parentFile], {
        stdio: "inherit",
      });
      const failedToStart = once(parent, "exit").then(() => assert.fail("the parent ended before its function ran"));
      try {
        const { gone } = await Promise.race([visitor.arrives(), failedToStart]);
        parent.kill("SIGKILL");
        await gone;
      } finally {
        parent.kill("SIGKILL");
        await visitor.close();
      }
    });
  });
});

/** The body of a function that connects to `port`, so that its process can be seen to live, and never answers. */
function hangOn(port: number): string {
  return `require("node:net").connect(${port}, "127.0.0.1"); await new Promise(() => {});`;
}

/** Sees a process come and go, by the connection that it holds. */
async function expectVisitor() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    /** Resolves when the process is there, to a promise in an object that resolves when it is gone. */
    arrives: async () => {
      const [socket] = (await once(server, "connection")) as [Socket];
      socket.on("error", () => undefined).resume();
      return { gone: once(socket, "close") };
    },
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
}
