import { ECSClient, type ECSServiceException, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { DescribeListenersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
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
  const summaries = ({ events }: RehearsalProcess) =>
    events.filter(({ type }) => type === "summary").map(({ text }) => text);

  const deployments = ({ events }: RehearsalProcess) => events.filter(({ type }) => type === "deployment.succeeded");

  /** A person's own repository of the app, which has the app at its top and a history of its own. */
  async function ownRepository(directory: string): Promise<string> {
    const own = join(directory, "own");
    await mkdir(own);
    for (const [name, text] of Object.entries({ ...tinyApp, "version.txt": "own\n" }))
      await writeFile(join(own, name), text);
    const person = ["-c", "user.name=A Person", "-c", "user.email=person@example.com"];
    for (const words of [
      ["init", "--quiet"],
      ["add", "."],
      [...person, "commit", "--quiet", "--message", "Mine"],
    ])
      await run("git", words, { cwd: own });
    return own;
  }

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

    const own = await ownRepository(rehearsal.temporaryDirectory);
    const saidToOwn = (await run("git", ["push", String(detail.ownRemoteUrl), "HEAD:main"], { cwd: own })).stderr;
    await rehearsal.when(() => executions(rehearsal).length === 6);
    const afterOwn = await body(productionUrl);
    await rehearsal.when(() => summaries(rehearsal).length === deployments(rehearsal).length);
    await rm(own, { recursive: true });

    rehearsal.signal("SIGINT", { group: true });
    const status = await rehearsal.end();
    const kept = String(rehearsal.events.find(({ type }) => type === "kept")?.detail.directory);
    const work = (await run("git", ["log", "--format=%s", "-3"], { cwd: kept })).stdout.trim().split("\n");
    await rm(kept, { recursive: true });
    await rehearsal.assertNothingIsLeft();
    const answers = [afterStory, afterPush, afterPushes, afterOwn];
    return { rehearsal, productionUrl, said, saidToOwn, work, status, aws, answers };
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

  it("releases what a person pushes from a repository of their own, whatever its history and its folders", async () => {
    const { rehearsal, saidToOwn, answers } = await kept();
    assert.match(saidToOwn, /remote: The rehearsal heard of main at [0-9a-f]{7}/);
    assert.equal(answers[3], "own");
    const { detail } = rehearsal.events.filter(({ type }) => type === "pushed").at(-1)!;
    assert.equal(detail.message, "Mine");
  });

  it("judges each release, with its own requests", async () => {
    const { rehearsal } = await kept();
    const judged = rehearsal.events.filter(({ type }) => type === "summary");
    assert.equal(judged.length, deployments(rehearsal).length);
    for (const { text, detail } of judged) {
      const { traffic, verdict } = detail as { traffic: { sent: number }; verdict: { succeeded: boolean } };
      assert.ok(verdict.succeeded && traffic.sent > 0, text);
    }
    const [first, second] = summaries(rehearsal);
    assert.match(first!, /^v2 was released, v1 stopped/);
    assert.match(second!, /^v3 was released, v2 stopped/);
  });

  it("keeps the person's work, and says where", async () => {
    assert.deepEqual((await kept()).work, ["Release v6", "Release v5", "Release v4"]);
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
