import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Health,
  initialHealth,
  nextHealth,
  parseMatcher,
  probe,
  type ProbeResult,
} from "../../../rehearsal/load-balancer/health-check";

const thresholds = { healthyThreshold: 3, unhealthyThreshold: 2 };
const pass: ProbeResult = { passed: true };
const fail: ProbeResult = { passed: false, reason: "Target.Timeout", description: "Request timed out" };

function healthAfter(...results: ProbeResult[]): Health {
  return results.reduce((health, result) => nextHealth(health, result, thresholds), initialHealth);
}

describe("the health of a target", () => {
  it("is healthy after one pass of a new target", () => {
    assert.equal(healthAfter(pass).state, "healthy");
    assert.equal(healthAfter(fail, pass).state, "healthy");
  });

  it("is unhealthy after as many failures in a row as the threshold says", () => {
    assert.equal(healthAfter(fail).state, "initial");
    assert.equal(healthAfter(fail, fail).state, "unhealthy");
    assert.equal(healthAfter(pass, fail).state, "healthy");
    assert.equal(healthAfter(pass, fail, pass, fail).state, "healthy");
    assert.equal(healthAfter(pass, fail, fail).state, "unhealthy");
  });

  it("is healthy again after as many passes in a row as the threshold says", () => {
    assert.equal(healthAfter(fail, fail, pass, pass).state, "unhealthy");
    assert.equal(healthAfter(fail, fail, pass, pass, fail, pass).state, "unhealthy");
    assert.equal(healthAfter(fail, fail, pass, pass, pass).state, "healthy");
  });

  it("tells AWS's reason while it is not healthy", () => {
    assert.equal(healthAfter().reason, "Elb.InitialHealthChecking");
    assert.equal(healthAfter(fail, fail).reason, "Target.Timeout");
    assert.equal(healthAfter(pass).reason, undefined);
  });
});

describe("a health check's matcher", () => {
  it("takes statuses and ranges", () => {
    const matches = parseMatcher("200-299,301");
    assert.deepEqual([200, 299, 301].map(matches), [true, true, true]);
    assert.deepEqual([300, 302, 500].map(matches), [false, false, false]);
  });

  it("is refused if it is malformed", () => {
    assert.throws(() => parseMatcher("2xx"), /"2xx" is neither a status nor a range/);
    assert.throws(() => parseMatcher(""), /neither/);
  });
});

describe("a health check", () => {
  const check = { path: "/health?deep=1", matcher: "200" };
  const seen: { url?: string; userAgent?: string; connection?: string }[] = [];
  const server = createServer((request, response) => {
    const { "user-agent": userAgent, connection } = request.headers;
    seen.push({ url: request.url, userAgent, connection });
    if (status === "none") return;
    if (status === "reset") request.socket.resetAndDestroy();
    else response.writeHead(status).end();
  });
  let status: number | "none" | "reset" = 200;
  const run = async (timeoutMs = 10_000, port = (server.address() as AddressInfo).port) => {
    const result = await probe({ host: "127.0.0.1", port }, check, timeoutMs, new AbortController().signal);
    return result.passed ? "passed" : `${result.reason} ${result.description}`;
  };

  before(() => once(server.listen(0, "127.0.0.1"), "listening"));
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("is a GET by ELB-HealthChecker/2.0 on a connection of its own", async () => {
    status = 200;
    assert.equal(await run(), "passed");
    assert.deepEqual(seen.at(-1), { url: check.path, userAgent: "ELB-HealthChecker/2.0", connection: "close" });
  });

  it("fails on a status that does not match", async () => {
    status = 404;
    assert.equal(await run(), "Target.ResponseCodeMismatch Health checks failed with these codes: [404]");
  });

  it("fails when nothing listens or the connection is reset", async () => {
    status = "reset";
    assert.match(await run(), /^Target.FailedHealthChecks .*ECONNRESET/);
    const unused = createServer();
    await once(unused.listen(0, "127.0.0.1"), "listening");
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    assert.match(await run(10_000, port), /^Target.FailedHealthChecks .*ECONNREFUSED/);
  });

  it("fails when the answer takes too long", async () => {
    status = "none";
    assert.equal(await run(20), "Target.Timeout Request timed out");
  });
});
