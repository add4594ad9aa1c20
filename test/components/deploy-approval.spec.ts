import assert from "node:assert/strict";
import { devGraph, refusal, statements } from "../support/graph";

const topicArn = "arn:aws:sns:eu-central-1:123456789012:releases";

async function stages(settings: Readonly<Record<string, unknown>>) {
  const graph = await devGraph(settings);
  const { inputs } = graph.recorder.find("aws:codepipeline/pipeline:Pipeline");
  return { graph, stages: inputs.stages as { name: string; beforeEntry?: unknown; actions: unknown[] }[] };
}

async function refused(settings: Readonly<Record<string, unknown>>) {
  const { error, registered } = await refusal({ githubRepository: "a/b", ...settings });
  assert.deepEqual(registered, []);
  return (error?.problems ?? []).map(({ path, message }) => `${path}: ${message}`);
}

describe("a person's approval before a deployment", () => {
  it("is a stage between Build and Deploy that waits for seven days", async () => {
    const { stages: made } = await stages({ deployApproval: {} });
    assert.deepEqual(
      made.map(({ name }) => name),
      ["Source", "Build", "Approval", "Deploy"],
    );
    assert.deepEqual(made[2]!.actions, [
      {
        name: "Approve",
        category: "Approval",
        owner: "AWS",
        provider: "Manual",
        version: "1",
        timeoutInMinutes: 10_080,
      },
    ]);
  });

  it("is told to a topic, which alone the pipeline may publish to", async () => {
    const message = "Look at staging first";
    const { graph, stages: made } = await stages({ deployApproval: { topicArn, message, timeoutMinutes: 60 } });
    const [action] = made[2]!.actions as { configuration: unknown; timeoutInMinutes: number }[];
    assert.deepEqual(action!.configuration, { NotificationArn: topicArn, CustomData: message });
    assert.equal(action!.timeoutInMinutes, 60);
    const publishing = statements(graph, "-pipeline").filter(({ Action }) => Action.includes("sns:Publish"));
    assert.deepEqual(publishing, [{ Effect: "Allow", Action: ["sns:Publish"], Resource: [topicArn] }]);
  });

  it("may be told to a topic under a key of the owner's, which the pipeline uses for that alone", async () => {
    const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    const { graph } = await stages({ deployApproval: { topicArn, keyArn } });
    const ofKeys = statements(graph, "-pipeline").filter(({ Action }) => Action.join().includes("kms:"));
    assert.deepEqual(ofKeys, [
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: [keyArn],
        Condition: { StringEquals: { "kms:ViaService": "sns.eu-central-1.amazonaws.com" } },
      },
    ]);
    assert.deepEqual(await refused({ deployApproval: { keyArn } }), [
      "deployApproval.keyArn: encrypts no topic. Set topicArn, or remove keyArn.",
    ]);
  });

  it("is refused with a timeout that CodePipeline has not", async () => {
    for (const timeoutMinutes of [4, 86_401]) {
      assert.deepEqual(await refused({ deployApproval: { timeoutMinutes } }), [
        `deployApproval.timeoutMinutes: is ${timeoutMinutes}; expected 5 to 86400.`,
      ]);
    }
    assert.deepEqual(await refused({ deployApproval: { message: "a".repeat(1001) } }), [
      "deployApproval.message: has 1001 characters; expected at most 1000. Shorten it.",
    ]);
    assert.deepEqual(await refused({ deployApproval: { message: "Look at #{Tests.Report}" } }), [
      'deployApproval.message: is "Look at #{Tests.Report}"; the pipeline has no variable Tests.Report. Take #{Tests.Report} out.',
    ]);
    assert.deepEqual(await refused({ deployApproval: { topicArn: "releases" } }), [
      'deployApproval.topicArn: is "releases"; expected the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>.',
    ]);
  });
});

describe("a deployment window", () => {
  it("is a rule that a run must pass to enter Deploy", async () => {
    const cron = "* * 9-16 ? * MON-THU *";
    const { stages: made } = await stages({ deploymentWindow: { cron, timeZone: "Europe/Berlin" } });
    assert.deepEqual(made[2]!.beforeEntry, {
      condition: {
        result: "FAIL",
        rules: [
          {
            name: "Window",
            ruleTypeId: { category: "Rule", owner: "AWS", provider: "DeploymentWindow", version: "1" },
            configuration: { Cron: cron, TimeZone: "Europe/Berlin" },
          },
        ],
      },
    });
    const { stages: plain } = await stages({});
    assert.ok(plain.every((stage) => !("beforeEntry" in stage)));
  });

  it("is refused where it says no time", async () => {
    const problems = async (cron: string, timeZone?: string) =>
      refused({ deploymentWindow: { cron, ...(timeZone ? { timeZone } : {}) } });
    assert.match((await problems("9-17 * * *"))[0]!, /^deploymentWindow\.cron: "9-17 \* \* \*" has 4 fields; expected/);
    assert.match((await problems("0 0 9 ? * MON *"))[0]!, /begins with seconds, which are always \*/);
    assert.match((await problems("* * 25 ? * MON *"))[0]!, /is no cron expression \(.*25\)/);
    assert.match(
      (await problems("* * 9 ? * MON *", "Mars"))[0]!,
      /^deploymentWindow\.timeZone: "Mars" is not a time zo/,
    );
    assert.match((await problems("* * 9 ? * 2-6 *"))[0]!, /by number; write JAN, MON; expected/);
    const { error } = await refusal({
      githubRepository: "a/b",
      deploymentWindow: { cron: "* */5 9-16 ? JAN-NOV MON-FRI" },
    });
    assert.equal(error, undefined);
  });
});
