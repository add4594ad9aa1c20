import assert from "node:assert/strict";
import { greenRevisionArn } from "./support/fake-aws";
import { type HookRehearsal, rehearseHook, verdictReason } from "./support/rehearsal";

describe("the green test hook, invoked by ECS", () => {
  let hook: HookRehearsal;
  afterEach(() => hook.close());

  const rehearse = async (path = "/", waitSeconds = 30) => {
    hook = await rehearseHook({ checks: [{ path }], waitSeconds });
    hook.green.answer = (request, response) => response.writeHead(request.url === "/" ? 200 : 404).end();
  };
  /** As in AWS's own example: at the hook's stage the event tells no weights. */
  const invoke = async (lifecycleStage = "POST_TEST_TRAFFIC_SHIFT", hookDetails?: object, scale = 200) => {
    const event = {
      executionId: "execution-1",
      lifecycleStage,
      resourceArn: "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/demo/1",
      executionDetails: {
        serviceArn: "arn:aws:ecs:us-east-1:123456789012:service/demo/demo",
        targetServiceRevisionArn: greenRevisionArn,
        testTrafficWeights: {},
        productionTrafficWeights: {},
      },
      ...(hookDetails ? { hookDetails } : {}),
    };
    const outcome = await hook.invoke({ event, scale });
    assert.equal(outcome.status, "returned");
    return outcome.status === "returned" ? outcome.value : undefined;
  };

  it("answers SUCCEEDED for a green that passes, and tells CodeDeploy nothing", async () => {
    await rehearse();
    assert.deepEqual(await invoke(), { hookStatus: "SUCCEEDED" });
    assert.ok(hook.green.requests.length >= 1);
    assert.deepEqual(hook.aws.verdicts, []);
  });

  it("answers FAILED for a green that fails a check", async () => {
    await rehearse("/gone");
    assert.deepEqual(await invoke(), { hookStatus: "FAILED" });
    assert.equal(verdictReason(hook.log), "GET /gone: expected status 200, got 404");
  });

  it("tests nothing while test traffic goes to another group than this revision's own, and passes once it does not", async () => {
    await rehearse("/", 0);
    hook.aws.forwards = { "tg-blue": 1, "tg-green": 0 };
    hook.aws.onCall = (operation) => {
      if (hook.aws.calls.filter((it) => it === "describeRules").length > 2) hook.aws.forwards = { "tg-green": 1 };
      else if (operation === "describeRules") assert.equal(hook.green.requests.length, 0);
    };
    assert.deepEqual(await invoke(), { hookStatus: "SUCCEEDED" });
    const seen = hook.log.map(({ text }) => text).join("\n");
    assert.match(seen, /does not count: test traffic still goes to tg-blue \(weight 1\); green is tg-green/);
  });

  it("answers FAILED when test traffic never reaches green, and names where it goes", async () => {
    await rehearse();
    hook.aws.forwards = { "tg-blue": 1, "tg-green": 1 };
    assert.deepEqual(await invoke("POST_TEST_TRAFFIC_SHIFT", undefined, 1000), { hookStatus: "FAILED" });
    assert.match(verdictReason(hook.log), /still goes to tg-blue \(weight 1\); green is tg-green/);
    assert.equal(hook.green.requests.length, 0);
  });

  it("passes the first revision of a service, whose tasks are all there are", async () => {
    await rehearse("/", 0);
    hook.aws.forwards = { "tg-green": 1 };
    assert.deepEqual(await invoke(), { hookStatus: "SUCCEEDED" });
  });

  it("does not block a stage that has nothing to test, such as those of a rollback", async () => {
    await rehearse();
    for (const stage of ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"]) {
      assert.deepEqual(await invoke(stage), { hookStatus: "SUCCEEDED" });
    }
    assert.equal(hook.green.requests.length, 0);
  });

  it("carries a test that is longer than an invocation from one to the next, to its end", async () => {
    await rehearse("/", 1500);
    const [first, second] = [
      await invoke(undefined, undefined, 400),
      await invoke(undefined, { testedSeconds: 600 }, 400),
    ];
    assert.deepEqual(first, { hookStatus: "IN_PROGRESS", callBackDelay: 1, hookDetails: { testedSeconds: 600 } });
    assert.deepEqual(second, { hookStatus: "IN_PROGRESS", callBackDelay: 1, hookDetails: { testedSeconds: 1200 } });
    assert.deepEqual(await invoke(undefined, { testedSeconds: 1200 }, 400), { hookStatus: "SUCCEEDED" });
  });

  it("fails at once in a later invocation, too", async () => {
    await rehearse("/gone", 1500);
    assert.deepEqual(await invoke(undefined, { testedSeconds: 600 }), { hookStatus: "FAILED" });
  });
});
