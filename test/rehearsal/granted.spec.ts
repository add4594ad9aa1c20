import assert from "node:assert/strict";
import { parseTaskDefinition } from "../../rehearsal/codepipeline/fill-template";
import { deniedMistakes, grantedToOwnTemplate } from "../../rehearsal/stack/granted";
import { Account } from "../../rehearsal/graph/account";
import { devGraph } from "../support/graph";

const token = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token";
const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/api-AbCdEf";

describe("an app's own task definition", () => {
  async function granted(settings: Record<string, unknown> = {}) {
    const { recorder } = await devGraph({
      templateInRepository: true,
      secrets: { TOKEN: token, KEY: `${secret}:key::` },
      ...settings,
    });
    const account = new Account(recorder);
    return grantedToOwnTemplate(account, String(recorder.find("aws:ecs/taskDefinition:TaskDefinition").outputs.arn));
  }

  it("is not denied what the stack's settings name", async () => {
    const allowed = (await granted())!;
    const [app] = allowed.containerDefinitions;
    const secrets = [
      { name: "OTHER", valueFrom: token },
      { name: "USER", valueFrom: `${secret}:user::` },
    ];
    const definition = parseTaskDefinition({
      ...allowed,
      cpu: "512",
      memory: "1024",
      containerDefinitions: [{ ...app, secrets }],
    });
    assert.deepEqual(deniedMistakes(definition, allowed), []);
  });

  it("is denied another family, other roles, secrets and log groups, each with the way out", async () => {
    const allowed = (await granted())!;
    const [app] = allowed.containerDefinitions;
    const definition = parseTaskDefinition({
      ...allowed,
      family: "shop",
      taskRoleArn: "arn:aws:iam::123456789012:role/admin",
      containerDefinitions: [
        {
          ...app,
          secrets: [{ name: "OTHER", valueFrom: token.replace("token", "other") }],
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/ecs/shop" } },
        },
      ],
    });
    const mistakes = deniedMistakes(definition, allowed);
    assert.equal(mistakes.length, 4, mistakes.join("\n"));
    assert.match(
      mistakes[0]!,
      /^taskdef\.json: the pipeline may register the family greenlight-dev only, and it is shop\.$/,
    );
    assert.match(mistakes[1]!, /may not pass the taskRoleArn .*role\/admin"\. Name the stack's own, arn:aws:iam:/);
    assert.match(mistakes[2]!, /may not read .*parameter\/shop\/other\. Add it to the stack's secrets first/);
    assert.match(mistakes[3]!, /may not write the log group \/ecs\/shop\. Name greenlight-dev-/);
  });

  it("is limited only where the program renders none", async () => {
    assert.equal(await granted({ templateInRepository: false }), undefined);
  });
});
