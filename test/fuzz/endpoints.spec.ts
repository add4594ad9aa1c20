import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { AwsError } from "../../rehearsal/aws-endpoint/control-plane";
import { startAwsEndpoint } from "../../rehearsal/aws-endpoint/endpoint";
import { firstLineOf } from "../rehearsal/support/first-line";
import { createLocalRepository } from "../../rehearsal/source/local-repository";
import { PushListener, type RefUpdate } from "../../rehearsal/source/push-listener";
import { Harness } from "../rehearsal/load-balancer/harness";

/** Each run is a connection of its own. */
const several = { numRuns: 150 };

/** Longest wait for an end, in milliseconds; generous, since the machine may be busy. */
const patienceMs = 20_000;

/** Sends bytes, says that nothing more will come, and returns what was answered by the time the other side ends. */
async function exchange(port: number, bytes: Uint8Array): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setTimeout(patienceMs, () => socket.destroy(new Error(`no end within ${patienceMs} ms`)));
  socket.on("data", (data) => (answer += data.toString("latin1")));
  const closed = once(socket, "close");
  const failed = new Promise<void>((_, reject) =>
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? undefined : reject(error),
    ),
  );
  socket.end(bytes);
  await Promise.race([closed, failed]);
  return answer;
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
);
const method = fc.constantFrom("GET", "POST", "PUT", "OPTIONS", "CONNECT", "BREW", "");
const target = fc.oneof(fc.constantFrom("/", "*", "//", "http://elsewhere/", "/%", "/?a=%00"), fc.webPath());
const header = fc.oneof(
  fc.constantFrom(
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 5\r\nContent-Length: 6",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 3",
    "Expect: 100-continue",
    "Expect: something",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Upgrade: h2c\r\nConnection: Upgrade",
    "Connection: close, x-forwarded-for",
    "X-Amzn-Trace-Id: Root=1",
    "X-Amzn-Trace-Id: ;;;=",
    "X-Forwarded-For: unknown",
    "X-Amz-Target: CodeDeploy_20141006.BatchGetDeploymentTargets",
    "Authorization: AWS4-HMAC-SHA256 Credential=x",
    "Content-Type: application/x-amz-json-1.1",
    "Content-Type: application/x-www-form-urlencoded",
    "Host:",
  ),
  fc.tuple(fc.stringMatching(/^[\w-]{1,10}$/), fc.string()).map((pair) => pair.join(": ")),
);
const body = fc.oneof(
  bytes,
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  fc.webQueryParameters().map((query) => Buffer.from(`Version=2015-12-01&Action=DescribeListeners&${query}`)),
  fc
    .constantFrom("5\r\nhello\r\n0\r\n\r\n", "zz\r\nhello", "ffffffffffffffff1\r\n", "5\r\nhel")
    .map((text) => Buffer.from(text)),
);
/** Something like an HTTP request, sound or not. */
const request = fc
  .tuple(method, target, fc.constantFrom("HTTP/1.1", "HTTP/1.0", "HTTP/9.9"), fc.array(header, { maxLength: 4 }), body)
  .map(([verb, path, version, headers, content]) =>
    Buffer.concat([Buffer.from([`${verb} ${path} ${version}`, "Host: app", ...headers, "", ""].join("\r\n")), content]),
  );
const anything = fc.oneof(
  bytes,
  request,
  fc.array(request, { maxLength: 3 }).map((all) => Buffer.concat(all)),
);

describe("local endpoints that are sent anything", function () {
  this.timeout(120_000);

  it("the AWS endpoint answers or hangs up, and goes on answering", async () => {
    const controlPlane = new Proxy(
      {},
      {
        get: () => (input: unknown) => {
          assert.equal(typeof input, "object");
          throw new AwsError("ValidationException", "there is nothing here");
        },
      },
    );
    const endpoint = await startAwsEndpoint({ controlPlane });
    try {
      await fc.assert(
        fc.asyncProperty(anything, async (sent) => {
          const answer = await exchange(Number(new URL(endpoint.url).port), sent);
          assert.match(answer, /^($|HTTP\/1\.1 [1-5]\d\d )/);
          assert.doesNotMatch(answer, /TypeError|is not a function|Cannot read/);
        }),
        several,
      );
      const response = await fetch(endpoint.url, { method: "POST", body: "{}" });
      assert.equal(response.status, 403);
    } finally {
      await endpoint.close();
    }
  });

  it("the load balancer answers or hangs up, keeps nothing in flight, and goes on serving", async () => {
    const harness = await new Harness().listen();
    try {
      const app = await harness.target(harness.blue, (incoming, response) => {
        incoming.on("error", () => undefined).resume();
        incoming.on("end", () => response.end("served"));
      });
      await fc.assert(
        fc.asyncProperty(anything, async (sent) => {
          assert.match(await exchange(harness.port, sent), /^($|HTTP\/1\.1 [1-5]\d\d )/);
        }),
        several,
      );
      assert.equal(await (await fetch(harness.url)).text(), "served");
      await app.whenIdle();
    } finally {
      await harness.close();
    }
  });

  it("the listener for pushes answers every line, and hears real pushes afterwards", async () => {
    const heard: RefUpdate[] = [];
    const listener = await PushListener.start((updates) => {
      heard.push(...updates);
      return Promise.resolve("heard\n");
    });
    const hex = fc.stringMatching(/^[0-9a-f]{0,41}$/);
    const line = fc.oneof(
      fc.string(),
      fc.tuple(hex, hex, fc.string()).map((parts) => parts.join(" ")),
    );
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            bytes,
            line.map((text) => Buffer.from(text)),
          ),
          async (sent) => {
            const known = Buffer.concat([Buffer.from(firstLineOf(listener)), sent]);
            assert.equal(await exchange(listener.port, known), "heard\n");
            assert.match(await exchange(listener.port, sent), /^HTTP\/1\.1 403 /);
            assert.ok(heard.every(({ commitId }) => /^[0-9a-f]{40,}$/.test(commitId)));
          },
        ),
        several,
      );
    } finally {
      await listener.close();
    }
  });

  it("a repository that hears of pushes that never were goes on hearing of real ones", async () => {
    const directory = await mkdtemp(join(tmpdir(), "greenlight-fuzz-"));
    const appDirectory = join(__dirname, "../../rehearsal/faults/app");
    const repository = await createLocalRepository({ directory: join(directory, "git"), appDirectory, branch: "main" });
    try {
      const { pushes: listener } = repository as unknown as { pushes: PushListener };
      const pushes: string[] = [];
      repository.onPush(({ commitId }) => pushes.push(commitId));
      for (const line of [
        "0 ffff refs/heads/main",
        "0 1 refs/heads/--help",
        "0 --all refs/heads/x",
        "a b",
        `0 ${"a".repeat(40)} refs/heads/x`,
      ])
        assert.match(await exchange(listener.port, Buffer.from(`${firstLineOf(listener)}${line}\n`)), /^$|failed|\n$/);
      assert.deepEqual(pushes, []);
      const commitId = await repository.commitAndPush("a real one", () => Promise.resolve());
      assert.deepEqual(pushes, [commitId]);
    } finally {
      await repository.close();
      await rm(directory, { recursive: true });
    }
  });
});
