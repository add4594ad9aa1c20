import { ECSClient, type ECSServiceException, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { DescribeListenersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { randomCredentials } from "../../../rehearsal/aws-endpoint/credentials";
import type { RehearsalProcess } from "./rehearsal-process";
import { scenarios, tinyApp } from "./scenarios";

const run = promisify(execFile);

describe("npm start -- --keep", function () {
  this.timeout(180_000);
  const scenario = scenarios();

  /** A person's own git in the clone: writes the version, commits, pushes; returns what git says. */
  async function push(clone: string, version: string): Promise<string> {
    await writeFile(join(clone, "app/version.txt"), `${version}\n`);
    await run("git", ["commit", "--quiet", "--all", "--message", `Release ${version}`], { cwd: clone });
    return (await run("git", ["push", "origin", "main"], { cwd: clone })).stderr;
  }

  /** Calls the endpoint as its line says, with the key in its file and with a made-up one. */
  async function callAws(rehearsal: RehearsalProcess) {
    const { text, detail } = await rehearsal.event(({ type }) => type === "aws-endpoint");
    const file = detail.environmentFile as string;
    const variables = 'echo "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"';
    const { stdout } = await run("sh", ["-c", `. "${file}" && ${variables}`]);
    const [endpoint = "", accessKeyId = "", secretAccessKey = ""] = stdout.trim().split(" ");
    const config = { endpoint, region: "us-east-1", maxAttempts: 1 };
    const client = new ElasticLoadBalancingV2Client({ ...config, credentials: { accessKeyId, secretAccessKey } });
    const [listenerArn = ""] = /arn:\S+/.exec(text) ?? [];
    const { Listeners = [] } = await client.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }));
    const forged = await new ECSClient({ ...config, credentials: randomCredentials() })
      .send(new UpdateServiceCommand({ service: "app", taskDefinition: "evil" }))
      .then(
        () => undefined,
        (error: ECSServiceException) => [error.$metadata.httpStatusCode, error.name],
      );
    const { mode } = await stat(file);
    return { text, mode: mode & 0o777, forged, listeners: Listeners.map(({ ListenerArn }) => ListenerArn) };
  }

  const executions = ({ events }: RehearsalProcess) =>
    events.filter(({ type }) => /^execution\.(succeeded|failed|superseded)$/.test(type)).map(({ type }) => type);
  const body = async (url: string) => (await fetch(url)).text();

  const kept = scenario(async ({ start, app }) => {
    const rehearsal = await start(["--app", await app(tinyApp), "--scale", "200", "--keep"]);
    const { detail } = await rehearsal.event(({ type }) => type === "keep");
    const clone = detail.cloneDirectory as string;
    const productionUrl = detail.productionUrl as string;
    const afterStory = await body(productionUrl);
    const aws = await callAws(rehearsal);

    const said = await push(clone, "v3");
    await rehearsal.when(() => executions(rehearsal).length === 2);
    const afterPush = await body(productionUrl);

    for (const version of ["v4", "v5", "v6"]) await push(clone, version);
    await rehearsal.when(() => executions(rehearsal).length === 5);
    const afterPushes = await body(productionUrl);

    rehearsal.signal("SIGINT", { group: true });
    const status = await rehearsal.end();
    await rehearsal.assertNothingIsLeft();
    return { rehearsal, productionUrl, said, status, aws, answers: [afterStory, afterPush, afterPushes] };
  });

  it("releases what a person pushes from the clone that it names", async () => {
    const { rehearsal, productionUrl, said, answers } = await kept();
    assert.equal(productionUrl, rehearsal.productionUrl);
    assert.match(said, /remote: The rehearsal heard of main at [0-9a-f]{7}/);
    assert.deepEqual(answers.slice(0, 2), ["v2", "v3"]);
    const messages = rehearsal.events.filter(({ type }) => type === "pushed").map(({ detail }) => detail.message);
    assert.deepEqual(messages.slice(0, 2), ["A second version", "Release v3"]);
  });

  it("names the AWS endpoint, and keeps its key in a file that only this user reads", async () => {
    const { aws } = await kept();
    assert.equal(aws.mode, 0o600);
    assert.match(aws.text, /^AWS answers at http:\/\/127\.0\.0\.1:\d+, with the key in \S+: \. '?\S+'? && aws elbv2 /);
    assert.deepEqual(aws.forged, [403, "UnrecognizedClientException"]);
    assert.match(aws.listeners.join(), /^arn:aws:elasticloadbalancing:/);
  });

  it("never has two deployments at once, and the newest push is live at last", async () => {
    const { rehearsal, answers } = await kept();
    assert.equal(answers[2], "v6");
    let underWay = 0;
    for (const { source, type } of rehearsal.events) {
      if (source !== "codedeploy") continue;
      if (type === "deployment.created") assert.equal(++underWay, 1);
      if (/^deployment\.(succeeded|failed|stopped)$/.test(type)) underWay--;
    }
    assert.equal(underWay, 0);
    const [, , ...quick] = executions(rehearsal);
    assert.equal(quick.at(-1), "execution.succeeded");
    assert.ok(!quick.includes("execution.failed"), rehearsal.tail);
  });

  it("ends with Ctrl-C, and leaves nothing behind", async () => {
    const { rehearsal, status } = await kept();
    assert.deepEqual([status, rehearsal.stderr], [130, ""]);
  });
});
