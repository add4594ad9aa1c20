import assert from "node:assert/strict";
import { bundleGreenTestHook } from "../../components/hook-bundle";
import type { GreenTestConfig, HttpCheck } from "../../hooks/green-test/checks";
import { AwsError } from "../../rehearsal/aws-endpoint/control-plane";
import { deploymentId } from "./support/fake-aws";
import { unpack } from "./support/hook-code";
import { rehearseHook, verdictReason, type HookRehearsal } from "./support/rehearsal";

describe("the green test hook, invoked by CodeDeploy", () => {
  let hook: HookRehearsal | undefined;
  const rehearse = async (config: Partial<GreenTestConfig> = {}) => {
    return (hook = await rehearseHook({ checks: [{ path: "/" }], waitSeconds: 0, ...config }));
  };
  afterEach(async () => {
    await hook?.close();
    hook = undefined;
  });

  it("proves green, tests it, proves it again and reports Succeeded once", async () => {
    const { aws, green, invoke } = await rehearse({
      checks: [{ path: "/" }, { path: "/items?x=1", method: "POST", body: "{}", expectStatus: [201, 200] }],
    });
    green.answer = (_, response) => {
      aws.calls.push("check");
      response.end();
    };
    const outcome = await invoke();
    assert.deepEqual(outcome, { status: "returned", value: { status: "Succeeded", reason: "green passed for 0 s" } });
    assert.deepEqual(aws.verdicts, ["Succeeded"]);
    const order = aws.calls.filter((call) => /^check$|Listeners|Put/i.test(call));
    const report = "putLifecycleEventHookExecutionStatus";
    assert.deepEqual(order, ["describeListeners", "check", "check", "describeListeners", report]);
    const host = "demo.elb.example.com";
    assert.deepEqual(green.requests, [
      { method: "GET", url: "/", host, body: "" },
      { method: "POST", url: "/items?x=1", host, body: "{}" },
    ]);
  });

  it("keeps testing until the wait is over", async () => {
    const { aws, green, invoke } = await rehearse({ waitSeconds: 120 });
    await invoke();
    assert.ok(green.requests.length >= 2, `${green.requests.length} requests`);
    assert.deepEqual(aws.verdicts, ["Succeeded"]);
  });

  it("fails green when the test listener still forwards to blue, and sends blue no request", async () => {
    const { aws, green, log, invoke } = await rehearse();
    aws.forwards = { "tg-blue": 100, "tg-green": 0 };
    await invoke();
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.match(verdictReason(log), /the test listener still forwards to tg-blue \(weight 100\); green is tg-green/);
    assert.equal(green.requests.length, 0);
  });

  it("looks at its own rule where the test listener is shared", async () => {
    const { aws, green, invoke } = await rehearse();
    await invoke({ byRule: true });
    assert.deepEqual([aws.verdicts, green.requests.length], [["Succeeded"], 1]);
    aws.forwards = { "tg-blue": 100, "tg-green": 0 };
    await invoke({ byRule: true, event: { DeploymentId: deploymentId, LifecycleEventHookExecutionId: "another" } });
    assert.deepEqual([aws.verdicts, green.requests.length], [["Succeeded", "Failed"], 1]);
    assert.ok(aws.calls.includes("describeRules"));
  });

  it("waits for a test listener that is about to forward to green", async () => {
    const { aws, invoke } = await rehearse();
    aws.forwards = { "tg-blue": 100 };
    aws.onCall = () => {
      if (aws.calls.filter((call) => call === "describeListeners").length === 3) aws.forwards = { "tg-green": 100 };
    };
    await invoke();
    assert.deepEqual(aws.verdicts, ["Succeeded"]);
  });

  it("fails green by a pattern that would take years, and reports it in time", async () => {
    const { aws, green, log, invoke } = await rehearse({ checks: [{ path: "/", expectBodyMatches: "^(a+)+$" }] });
    green.answer = (_, response) => response.end(`${"a".repeat(60)}!`);
    await invoke();
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.match(verdictReason(log), /matches \/\^\(a\+\)\+\$\/, and found out nothing within 1000 ms\. Simplify/);
  });

  it("does not count a round after which the listener is found on blue", async () => {
    const { aws, green, log, invoke } = await rehearse();
    green.answer = (_, response) => {
      aws.forwards = { "tg-blue": 100 };
      response.end();
    };
    await invoke();
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.match(verdictReason(log), /still forwards to tg-blue/);
  });

  it("bears with 502 and 503 until green has answered for the first time", async () => {
    const { aws, green, invoke } = await rehearse();
    green.answer = (_, response, count) => response.writeHead([502, 503][count - 1] ?? 200).end();
    await invoke();
    assert.equal(green.requests.length, 3);
    assert.deepEqual(aws.verdicts, ["Succeeded"]);
  });

  it("bears with 502 for a minute at most", async () => {
    const { aws, green, log, invoke } = await rehearse();
    green.answer = (_, response) => response.writeHead(502).end();
    await invoke();
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.match(verdictReason(log), /GET \/: expected status 200, got 502/);
    assert.ok(green.requests.length <= 30, `${green.requests.length} requests`);
  });

  it("fails green at once for wrong answers, and says what it expected and got without its own secrets", async () => {
    const secrets = { method: "POST", headers: { authorization: "secret-1" }, body: "secret-2" };
    const { aws, green, log, invoke } = await rehearse({
      checks: [
        { path: "/good" },
        { path: "/status", ...secrets, expectStatus: [204, 404] },
        { path: "/header", ...secrets, expectHeaders: { "X-Version": "v2" } },
        { path: "/body", ...secrets, expectBodyContains: "v2" },
        { path: "/pattern", ...secrets, expectBodyMatches: "v[2-9]$" },
        { path: "/late", ...secrets, maxLatencyMs: 50 },
      ],
    });
    green.answer = ({ url }, response) => {
      if (url !== "/late") response.setHeader("x-version", "v1").end("Hello from v1");
    };
    await invoke();
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.deepEqual(verdictReason(log).split("; "), [
      "POST /status: expected status 204 or 404, got 200",
      "POST /header: expected header X-Version: v2, got v1",
      'POST /body: expected a body that contains "v2", got "Hello from v1"',
      'POST /pattern: expected a body that matches /v[2-9]$/, got "Hello from v1"',
      "POST /late: expected an answer within 50 ms, got none",
    ]);
    assert.equal(green.requests.length, 6);
    assert.doesNotMatch(JSON.stringify(log), /secret-/);
  });

  it("fails green for a failure in the middle of the wait, even a 502", async () => {
    const { aws, green, log, invoke } = await rehearse({ waitSeconds: 800 });
    green.answer = (_, response, count) => response.writeHead(count < 3 ? 200 : 502).end();
    await invoke({ scale: 60 });
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.equal(verdictReason(log), "GET /: expected status 200, got 502");
    assert.equal(green.requests.length, 3);
  });

  it("fails green when the app crashes in the middle of the wait", async () => {
    const { aws, green, log, invoke } = await rehearse({ waitSeconds: 800 });
    green.answer = (_, response, count) => {
      if (count === 1) response.end();
      else void green.crash();
    };
    await invoke({ scale: 60 });
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.match(verdictReason(log), /^GET \/: expected an answer, got .*(ECONNRESET|ECONNREFUSED|socket hang up)/);
  });

  it("reports Failed before its own time ends when green never answers", async () => {
    const { aws, green, log, invoke } = await rehearse({ checks: [{ path: "/", maxLatencyMs: 60_000 }] });
    green.answer = () => undefined;
    const outcome = await invoke({ scale: 60, timeoutSeconds: 60 });
    assert.equal(outcome.status, "returned");
    assert.deepEqual(aws.verdicts, ["Failed"]);
    assert.match(verdictReason(log), /ran out of time/);
  });

  it("gives one verdict however often its container is invoked for the same event", async () => {
    const { aws, green, invoke } = await rehearse();
    const { directory, remove } = await unpack({
      "index.js": invokedThreeTimes,
      "hook.js": await bundleGreenTestHook(),
      "config.json": JSON.stringify({ checks: [{ path: "/" }], waitSeconds: 0 }),
    });
    try {
      const outcome = await invoke({ codeDirectory: directory });
      const verdict = { status: "Succeeded", reason: "green passed for 0 s" };
      assert.deepEqual(outcome, { status: "returned", value: [verdict, verdict, verdict] });
      assert.deepEqual(aws.verdicts, ["Succeeded"]);
      assert.equal(green.requests.length, 1);
    } finally {
      await remove();
    }
  });

  it("reports again when CodeDeploy throttles the report", async () => {
    const { aws, invoke } = await rehearse();
    const throttled = () => new AwsError("ThrottlingException", "Rate exceeded");
    aws.reportErrors.push(...Array.from({ length: 5 }, throttled));
    await invoke();
    assert.deepEqual(aws.verdicts, ["Succeeded"]);
  });

  it("throws, with the verdict in the log, when AWS cannot be reached at all", async () => {
    const { log, closeAws, invoke } = await rehearse();
    await closeAws();
    const outcome = await invoke({ timeoutSeconds: 120 });
    assert.equal(outcome.status, "threw");
    assert.match(log.at(-1)!.text, /could not report Failed to CodeDeploy/);
  });

  it("fails green at once for checks that cannot be sent or judged, and names all that is wrong with them", async () => {
    const checks = [
      null,
      { path: "no/slash", method: "A B", expectStatus: "ok" },
      { path: "/", headers: { "a b": "c" } },
      { expectBodyMatches: "(", expectStatus: [] },
    ];
    const { aws, log, invoke } = await rehearse({ checks: checks as HttpCheck[] });
    await invoke();
    assert.deepEqual(aws.verdicts, ["Failed"]);
    const reason = verdictReason(log);
    for (const wrong of [
      "checks[0] is null; expected an HTTP check.",
      'checks[1].path is "no/slash"; expected a path from / without spaces.',
      'checks[1].method is "A B"; expected an HTTP method.',
      'checks[1].expectStatus is "ok"; expected a status or a list of them.',
      'checks[2].headers is "a b"; expected a header name, like X-Api-Key.',
      "checks[3].path is missing; expected a path from / without spaces.",
      'checks[3].expectBodyMatches is "("; expected a regular expression.',
      "checks[3].expectStatus is []; expected a status or a list of them.",
    ])
      assert.ok(reason.includes(wrong), `${wrong} is not in ${reason}`);
  });

  it("fails green when its configuration is missing", async () => {
    const { aws, log, invoke } = await rehearse();
    const { directory, remove } = await unpack({ "index.js": await bundleGreenTestHook() });
    try {
      await invoke({ codeDirectory: directory });
      assert.deepEqual(aws.verdicts, ["Failed"]);
      assert.match(verdictReason(log), /cannot read config.json/);
    } finally {
      await remove();
    }
  });

  it("says what is wrong with an event that it does not know", async () => {
    const { aws, log, invoke } = await rehearse();
    const outcome = await invoke({ event: { DeploymentId: "d-1" } });
    assert.equal(outcome.status, "threw");
    assert.match(log[0]!.text, /not a deployment hook's event: expected .*; found DeploymentId/);
    assert.deepEqual(aws.calls, []);
  });
});

describe("the green test hook's bundle", () => {
  it("is small, and imports nothing of Pulumi", async () => {
    const bundle = await bundleGreenTestHook();
    assert.ok(Buffer.byteLength(bundle) < 300 * 1024);
    assert.doesNotMatch(bundle, /pulumi/i);
  });
});

/** A container that Lambda gives the same event three times: twice at once, and once again when both are done. */
const invokedThreeTimes = `
  const { handler } = require("./hook.js");
  exports.handler = async (event, context) => {
    const both = await Promise.all([handler(event, context), handler(event, context)]);
    return [...both, await handler(event, context)];
  };`;
