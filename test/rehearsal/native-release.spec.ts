import assert from "node:assert/strict";
import { join } from "node:path";
import { Stage } from "../../rehearsal/faults/stage";

/** Who answers users, and who answers whoever sends the test header: the app of the faults answers with its version. */
async function whoAnswers({ rehearsal: { traffic } }: Stage) {
  const ask = async (url: string, headers = {}) =>
    (await fetch(url, { headers: { connection: "close", ...headers } })).text();
  return { users: await ask(traffic.productionUrl), test: await ask(traffic.testUrl, traffic.testHeaders) };
}

describe("a release through ECS itself", () => {
  const directory = process.cwd();
  let stage: Stage;

  before(() => process.chdir(join(__dirname, "../..")));
  afterEach(() => stage.close());
  after(() => process.chdir(directory));

  it("is deployed by the program's own function, by canary, its test traffic told by a header on production's port", async () => {
    const settings = {
      "greenlight:testHeader": '{"name":"x-green","value":"please"}',
      "greenlight:canary": '{"percent":50,"minutes":1}',
    };
    stage = await Stage.set({ controller: "ECS", settings });
    const { productionUrl, testUrl } = stage.rehearsal.traffic;
    assert.equal(testUrl, productionUrl);
    const first = await whoAnswers(stage);
    assert.equal(first.users, first.test);
    const [named, alternate] = stage.rehearsal.traffic.targetGroups.map(({ arn }) => arn);
    const groupOfTasks = () => stage.rehearsal.stack.service.primaryTaskSet?.targetGroup.arn;
    const { production, test } = stage.rehearsal.traffic.routes.weights;
    assert.equal(groupOfTasks(), alternate);
    for (const shares of [production, test]) assert.deepEqual(shares, { [alternate!]: 100, [named!]: 0 });
    let tested: Promise<typeof first> | undefined;
    stage.when("POST_TEST_TRAFFIC_SHIFT started", () => (tested = whoAnswers(stage)));

    const { status, reason } = await stage.release();
    assert.deepEqual([status, reason], ["Succeeded", undefined]);
    assert.deepEqual(await tested, { users: first.users, test: "2" });
    assert.deepEqual(await whoAnswers(stage), { users: "2", test: "2" });
    assert.deepEqual(stage.rehearsal.stack.runningVersions, ["v2"]);
    assert.equal(groupOfTasks(), named);
    assert.deepEqual(stage.invariants.violations, []);
    const shifts = stage.events
      .filter(({ text }) => text === "PRODUCTION_TRAFFIC_SHIFT succeeded")
      .map(({ detail }) => detail.greenPercent);
    assert.deepEqual(shifts, [50, 100]);
  });

  it("reads the settings that are secrets from their parameter, in the build and in the test", async () => {
    stage = await Stage.set({ stack: "secret" });
    const { status, reason } = await stage.release();
    assert.deepEqual([status, reason], ["Succeeded", undefined]);
    const said = stage.events.map(({ text }) => text);
    assert.ok(said.some((text) => /^The command of the tests is a secret, .* so it is not run\.$/.test(text)));
    assert.ok(said.some((text) => /^round 1 passed/.test(text)));
    assert.deepEqual(stage.invariants.violations, []);
  });

  it("waits for a person at a pause, is stopped with the pipeline's run, and says so in its reason", async () => {
    const settings = { "greenlight:trafficShift": "approval", "greenlight:waitMinutes": "600" };
    stage = await Stage.set({ controller: "ECS", settings });
    stage.when(/is paused: a person may continue it/, () => {
      const started = stage.events.find(({ type }) => type === "execution.started");
      stage.rehearsal.pipeline.stop(String(started!.detail.executionId), "the wrong version");
    });
    const { status, reason } = await stage.release();
    assert.equal(status, "Stopped");
    assert.match(reason!, /^it was stopped: the wrong version; rolled back: the run was stopped/);
    assert.deepEqual(stage.rehearsal.stack.runningVersions, ["v1"]);
    assert.deepEqual(stage.invariants.violations, []);
  });
});
