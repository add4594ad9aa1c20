import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { PushListener, type RefUpdate } from "../../rehearsal/source/push-listener";
import { firstLineOf } from "./support/first-line";

describe("the listener for pushes", () => {
  const commit = (digit: string) => digit.repeat(40);
  let listener: PushListener;
  let heard: (readonly RefUpdate[])[];

  beforeEach(async () => {
    heard = [];
    listener = await PushListener.start((updates) => {
      heard.push(updates);
      return Promise.resolve("heard\n");
    });
  });
  afterEach(() => listener.close());

  /** Sends bytes, and returns all that comes back. The other end stays open, as a browser's does. */
  async function exchange(sent: string | Buffer, { end = false } = {}): Promise<string> {
    const socket = connect({ port: listener.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    if (end) socket.end(sent);
    else socket.write(sent);
    const answer = await text(socket);
    socket.destroy();
    return answer;
  }

  /** Runs the hook's program, as git does. */
  async function hook(lines: string): Promise<string> {
    const child = spawn(process.execPath, ["-"], { stdio: ["pipe", "pipe", "inherit"] });
    // Node takes its program from stdin here, so the lines come from a stream of their own.
    const stream = `const { Readable } = require("node:stream"); Object.defineProperty(process, "stdin", { value: Readable.from([${JSON.stringify(lines)}]) });`;
    child.stdin.end(`${stream}\n${listener.hookProgram}`);
    return text(child.stdout);
  }

  it("hears what its hook says", async () => {
    assert.equal(await hook(`${commit("0")} ${commit("a")} refs/heads/main\n`), "heard\n");
    assert.deepEqual(heard, [[{ ref: "refs/heads/main", before: undefined, commitId: commit("a") }]]);
  });

  it("answers an HTTP request at once, which a web page may send, and hears nothing", async () => {
    const body = `${commit("0")} ${commit("a")} refs/heads/main\n`;
    for (const request of ["GET / HTTP/1.0\r\n\r\n", `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${body}`]) {
      assert.match(await exchange(request), /^HTTP\/1\.1 403 Forbidden\r\n[^]*Push to its repository instead\.\n$/);
    }
    const response = await fetch(`http://127.0.0.1:${listener.port}`, { method: "POST", body });
    assert.equal(response.status, 403);
    assert.deepEqual(heard, []);
  });

  it("hears nothing without its first line, with half of it, or with another", async () => {
    const token = firstLineOf(listener).trim();
    const update = `${commit("0")} ${commit("a")} refs/heads/main\n`;
    const other = token.replace(/./g, (digit) => (digit === "0" ? "1" : "0"));
    for (const sent of ["", update, token, `${token.slice(1)}\n${update}`, `${other}\n${update}`, `${token} ${update}`])
      assert.match(await exchange(sent, { end: true }), /^HTTP\/1\.1 403 /);
    assert.deepEqual(heard, []);
    assert.equal(await exchange(`${token}\n${update}`, { end: true }), "heard\n");
  });

  it("answers a stranger's endless line before its end, and takes no endless one of its hook's", async () => {
    assert.match(await exchange(Buffer.alloc(60_000_000, "a")), /^HTTP\/1\.1 403 /);
    assert.match(await hook("a".repeat(17 * 1024 * 1024)), /^HTTP\/1\.1 403 /);
    assert.deepEqual(heard, []);
  });
});
