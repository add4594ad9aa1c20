import assert from "node:assert/strict";
import { rehearseHook, verdictReason, type HookRehearsal } from "./support/rehearsal";

describe("the green test hook, invoked by ECS", () => {
  let hook: HookRehearsal;
  afterEach(() => hook.close());
  const revision = "arn:aws:ecs:us-east-1:123456789012:service-revision/demo/demo/2";
  const event = (lifecycleStage: string, testTrafficWeights: Record<string, number>) => ({
    executionId: "execution-1",
    lifecycleStage,
    resourceArn: "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/demo/1",
    executionDetails: { serviceArn: "demo", targetServiceRevisionArn: revision, testTrafficWeights },
  });
  const invoke = async (lifecycleStage: string, testTrafficWeights: Record<string, number>, path = "/") => {
    hook = await rehearseHook({ checks: [{ path }], waitSeconds: 30 });
    hook.green.answer = (request, response) => response.writeHead(request.url === "/" ? 200 : 404).end();
    const outcome = await hook.invoke({ event: event(lifecycleStage, testTrafficWeights) });
    assert.equal(outcome.status, "returned");
    return outcome.status === "returned" ? outcome.value : undefined;
  };

  it("answers SUCCEEDED for a green that passes, and tells CodeDeploy nothing", async () => {
    assert.deepEqual(await invoke("POST_TEST_TRAFFIC_SHIFT", { [revision]: 100 }), { hookStatus: "SUCCEEDED" });
    assert.ok(hook.green.requests.length >= 1);
    assert.deepEqual(hook.aws.verdicts, []);
  });

  it("answers FAILED for a green that fails a check", async () => {
    assert.deepEqual(await invoke("POST_TEST_TRAFFIC_SHIFT", { [revision]: 100 }, "/gone"), { hookStatus: "FAILED" });
    assert.equal(verdictReason(hook.log), "GET /gone: expected status 200, got 404");
  });

  it("answers FAILED when not all test traffic goes to green", async () => {
    assert.deepEqual(await invoke("POST_TEST_TRAFFIC_SHIFT", { [revision]: 50 }), { hookStatus: "FAILED" });
    assert.match(verdictReason(hook.log), /must get 100 % of test traffic; .* says 50/);
    assert.equal(hook.green.requests.length, 0);
  });

  it("does not block a rollback", async () => {
    assert.deepEqual(await invoke("POST_TEST_TRAFFIC_SHIFT", { [revision]: 0 }), { hookStatus: "SUCCEEDED" });
    assert.equal(hook.green.requests.length, 0);
  });

  it("does not block a stage that has nothing to test", async () => {
    assert.deepEqual(await invoke("PRODUCTION_TRAFFIC_SHIFT", {}), { hookStatus: "SUCCEEDED" });
    assert.equal(hook.green.requests.length, 0);
  });
});
