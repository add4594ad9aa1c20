import assert from "node:assert/strict";
import { InvalidInput } from "../../components";
import { containerEnvironment } from "../../rehearsal/stack/tasks";
import { devGraph, type Graph, refusal, releaseTemplate, statements } from "../support/graph";

const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/api-AbCdEf";
const parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token";
const key = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";

interface Container {
  readonly secrets?: unknown;
}

describe("secrets by reference", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph({
      secrets: { API_KEY: `${secret}:key::`, API_USER: `${secret}:user::`, TOKEN: parameter },
      secretKeyArns: [key],
    });
  });

  it("are named by their ARNs in the first revision and in the release template", () => {
    const wanted = [
      { name: "API_KEY", valueFrom: `${secret}:key::` },
      { name: "API_USER", valueFrom: `${secret}:user::` },
      { name: "TOKEN", valueFrom: parameter },
    ];
    const { containerDefinitions } = graph.recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    const [first] = JSON.parse(containerDefinitions as string) as Container[];
    assert.deepEqual(first!.secrets, wanted);
    const template = JSON.parse(releaseTemplate(graph)["taskdef.json"]!) as { containerDefinitions: Container[] };
    assert.deepEqual(template.containerDefinitions[0]!.secrets, wanted);
  });

  it("may be read by ECS as it starts the task, each and nothing beside them, and by nobody else", () => {
    const granted = statements(graph, "-execution").filter(({ Action }) =>
      /secretsmanager|ssm|kms/.test(Action.join()),
    );
    assert.deepEqual(
      granted.map(({ Action, Resource }) => [Action, Resource]),
      [
        [["secretsmanager:GetSecretValue"], [secret]],
        [["ssm:GetParameters"], [parameter]],
        [["kms:Decrypt"], [key]],
      ],
    );
    const openedBy = ["secretsmanager", "ssm"].map((service) => `${service}.eu-central-1.amazonaws.com`);
    assert.deepEqual(granted.at(-1)!.Condition, { StringEquals: { "kms:ViaService": openedBy } });
    const others = graph.recorder
      .all("aws:iam/rolePolicy:RolePolicy")
      .filter(({ name, inputs }) => !name.endsWith("-execution") && String(inputs.policy).includes(":secret:"));
    assert.deepEqual(others, []);
  });

  it("are opened by the one service that has them, and a key of none of them is of no use", async () => {
    const ofKey = async (secrets: Readonly<Record<string, string>>) =>
      statements(await devGraph({ secrets, secretKeyArns: [key] }), "-execution").filter(({ Action }) =>
        Action.join().includes("kms:"),
      );
    const [opened] = await ofKey({ TOKEN: parameter });
    assert.deepEqual(opened!.Condition, { StringEquals: { "kms:ViaService": "ssm.eu-central-1.amazonaws.com" } });
    assert.deepEqual(await ofKey({}), []);
  });

  it("leave no trace where there are none", async () => {
    const dev = await devGraph();
    const { containerDefinitions } = dev.recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    assert.equal("secrets" in (JSON.parse(containerDefinitions as string) as Container[])[0]!, false);
    assert.ok(!statements(dev, "-execution").some(({ Action }) => /secretsmanager|ssm|kms/.test(Action.join())));
  });

  it("are refused as values, as the port, and beside a variable of the same name, all at once", async () => {
    const { error, registered } = await refusal({
      githubRepository: "a/b",
      environment: { TWICE: "x" },
      secrets: { PLAIN: "hunter2", PORT: secret, TWICE: parameter },
    });
    assert.ok(error instanceof InvalidInput);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["secrets.PLAIN", "secrets.PORT", "secrets.TWICE"],
    );
    assert.ok(!error.message.includes("hunter2"), "a value that was meant to be secret is in the message");
    assert.deepEqual(registered, []);
  });

  it("have in a rehearsal the value of the variable of the same name, or a text that says what it stands for", () => {
    const container = {
      environment: [{ name: "PLAIN", value: "1" }],
      secrets: [
        { name: "KNOWN", valueFrom: secret },
        { name: "UNKNOWN", valueFrom: parameter },
      ],
    };
    assert.deepEqual(containerEnvironment(container, { KNOWN: "local", OTHER: "not passed on" }), {
      PLAIN: "1",
      KNOWN: "local",
      UNKNOWN: `rehearsed value of ${parameter}`,
    });
  });
});
