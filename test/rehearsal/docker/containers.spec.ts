import assert from "node:assert/strict";
import type { TimelineEvent } from "../../../rehearsal/events";
import type { RehearsalProcess } from "../end-to-end/rehearsal-process";
import { scenarios, tinyApp } from "../end-to-end/scenarios";
import { until } from "../fixtures/tasks";
import { describeWithDocker, docker, makeBaseImage } from "./base-image";

const base = "greenlight-spec/node:local";
const app = { ...tinyApp, Dockerfile: tinyApp.Dockerfile!.replace("node:22-alpine", base) };
const testing = ({ source, type }: TimelineEvent) => source === "lambda" && type === "invoked";

describeWithDocker("npm start -- --runtime docker", function () {
  this.timeout(300_000);
  before(() => makeBaseImage(base));
  after(() => docker("rmi", "--force", base));
  const scenario = scenarios();

  /** What is on the engine of this rehearsal: the ids of containers, and the names of images. */
  function left({ events }: RehearsalProcess): string[] {
    const { registry } = events.find(({ type }) => type === "docker.found")!.detail;
    const containers = docker("ps", "--all", "--quiet", "--filter", `publish=${tasksPort(events)}`);
    const images = docker("images", "--quiet", "--filter", `reference=${String(registry)}/*`);
    return [containers, images].filter(Boolean);
  }

  const play = (...words: string[]) =>
    scenario(async ({ start, app: write }) => {
      const rehearsal = await start(["--runtime", "docker", "--app", await write(app), ...words]);
      // From here on the first version's container runs, for as long as its release takes and more.
      await rehearsal.event(({ type }) => type === "pushed");
      const { detail } = rehearsal.events.find(({ type }) => type === "task.running")!;
      const id = docker("ps", "--quiet", "--filter", `publish=${String(detail.port)}`);
      const inspected = JSON.parse(docker("inspect", id)) as [Container];
      const status = await rehearsal.end();
      await rehearsal.assertNothingIsLeft();
      return {
        status,
        container: inspected[0],
        events: rehearsal.events,
        left: left(rehearsal),
        stderr: rehearsal.stderr,
      };
    });

  const released = play("--scale", "300");
  const production = play("--stack", "prod", "--scale", "300");
  const rolledBack = play("--scale", "300", "--fail", "hook");
  const killed = scenario(async ({ start, app: write }) => {
    const rehearsal = await start(["--runtime", "docker", "--app", await write(app)]);
    await rehearsal.event(testing);
    const before = left(rehearsal);
    rehearsal.signal("SIGKILL");
    await rehearsal.end();
    await rehearsal.assertNothingIsLeft({ wasKilled: true });
    await until(() => left(rehearsal).length === 0);
    return before;
  });

  it("releases by pushing to a registry, pulling by digest and running containers, and loses nothing", async () => {
    const { status, container, events, left, stderr } = await released();
    assert.equal(status, 0, stderr);
    assert.match(container.Config.Image, /^127\.0\.0\.1:\d+\/greenlight-dev\S*@sha256:[0-9a-f]{64}$/);
    const pushes = events.filter(({ source, text }) => source === "codebuild" && /: digest: sha256:/.test(text));
    assert.equal(pushes.length, 2);
    assert.deepEqual(left, []);
  });

  it("gives containers the task definition's CPU and memory, and its environment", async () => {
    const { HostConfig, Config } = (await released()).container;
    assert.deepEqual([HostConfig.NanoCpus, HostConfig.Memory], [0.25e9, 512 * 1024 * 1024]);
    assert.ok(Config.Env.includes("PORT=3000"), Config.Env.join());
    const ports = Object.values(HostConfig.PortBindings).flat();
    assert.deepEqual(
      ports.map(({ HostIp }) => HostIp),
      ["127.0.0.1"],
    );
  });

  it("releases a production stack, whose containers change no file of theirs and may do nothing that only root may", async () => {
    const { status, container, events, left, stderr } = await production();
    assert.equal(status, 0, stderr);
    const { ReadonlyRootfs, CapDrop, Init } = container.HostConfig;
    assert.deepEqual([container.Config.User, ReadonlyRootfs, CapDrop, Init], ["1000:1000", true, ["ALL"], true]);
    const [{ detail }] = events.filter(({ type }) => type === "sbom.written") as [TimelineEvent];
    assert.match(String(detail.digest), /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(left, []);
  });

  it("rolls back a version that fails its test, and leaves nothing on the engine", async () => {
    const { status, left, stderr } = await rolledBack();
    assert.deepEqual({ status, left }, { status: 0, left: [] }, stderr);
  });

  it("leaves nothing on the engine for long when it is killed", async () => {
    assert.ok((await killed()).length > 0, "there was something to leave");
  });
});

interface Container {
  readonly Config: { readonly Image: string; readonly Env: readonly string[]; readonly User: string };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
    readonly Init: boolean;
    readonly NanoCpus: number;
    readonly Memory: number;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>>;
  };
}

function tasksPort(events: readonly TimelineEvent[]): string {
  return String(events.find(({ type }) => type === "task.running")!.detail.port);
}
