import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { Clock } from "../../../rehearsal/clock";
import type { TaskSpec } from "../../../rehearsal/ecs/task-spec";
import { TaskSet } from "../../../rehearsal/ecs/task-set";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";
import { LoadBalancer } from "../../../rehearsal/load-balancer/load-balancer";
import { TargetGroup } from "../../../rehearsal/load-balancer/target-group";
import { nodeCommand, Processes } from "../fixtures/tasks";

/** An app of one line, which knows `http` and `port`. */
const app = (script: string) =>
  nodeCommand(`const http = require("node:http"); const port = process.env.PORT; ${script}`);
const serving = (answer: string) => app(`http.createServer((request, response) => ${answer}).listen(port)`);

interface Case {
  readonly command: readonly string[];
  readonly spec?: Partial<TaskSpec>;
  readonly scale?: number;
  readonly graceSeconds?: number;
}

interface Outcome {
  readonly cause: string | undefined;
  readonly seconds: number;
  readonly isHealthy: boolean;
  readonly events: readonly TimelineEvent[];
}

/** The start of each app, in a service of its own; all of them start side by side. */
describe("a task that starts", function () {
  this.timeout(120_000);
  const processes = new Processes();
  const closing: (() => Promise<void>)[] = [];
  const cases: (() => void)[] = [];
  before(() => cases.forEach((start) => start()));
  after(async () => {
    await Promise.all(closing.map((close) => close()));
    assert.deepEqual([...processes], []);
  });

  /** Starts it before the tests; each awaits its own outcome: the cause, or its health. */
  function starting(one: Case): () => Promise<Outcome> {
    let outcome!: Promise<Outcome>;
    cases.push(() => {
      outcome = play(one);
    });
    return () => outcome;
  }

  async function play({ command, spec, scale = 600, graceSeconds = 60 }: Case): Promise<Outcome> {
    const clock = new Clock(scale);
    const timeline = new Timeline(clock);
    const events: TimelineEvent[] = [];
    timeline.on((event) => events.push(event));
    const healthCheck = {
      ...{ path: "/", matcher: "200-299", intervalSeconds: 30, timeoutSeconds: 5 },
      ...{ healthyThreshold: 2, unhealthyThreshold: 2 },
    };
    const group = { arn: "arn:tg", name: "tg", healthCheck, deregistrationDelaySeconds: 0 };
    const targetGroup = new TargetGroup(group, clock, timeline);
    const props = { arn: "arn:lb", name: "lb", dnsName: "lb.test", targetGroups: [targetGroup] };
    const loadBalancer = new LoadBalancer(props, clock, timeline);
    const defaultActions = [{ type: "forward", targetGroupArn: "arn:tg" }] as const;
    await loadBalancer.listen({ arn: "arn:l", port: 80, localPort: 0, protocol: "HTTP", defaultActions });
    const address = { ip: "10.0.1.23", port: 3000 };
    const origin = { settingsFile: "Pulumi.dev.yaml" };
    const launch = () => ({ command, cwd: tmpdir(), environment: {}, address, origin, ...spec });
    const own = { id: "1", label: "v1", taskDefinition: "app:1", targetGroup, desiredCount: 1, launch };
    const startedAt = performance.now();
    const set = new TaskSet({ ...own, healthCheckGracePeriodSeconds: graceSeconds }, clock, timeline, processes);
    closing.push(async () => {
      await set.stop();
      await loadBalancer.close();
    });
    const known = new Promise<void>((resolve) => set.on("change", () => set.cause !== undefined && resolve()));
    await Promise.race([known, set.whenSteady()]);
    const seconds = (performance.now() - startedAt) / 1000;
    return { cause: set.cause, seconds, isHealthy: set.stabilityStatus === "STEADY_STATE", events };
  }

  async function assertCause(outcome: Promise<Outcome>, cause: RegExp, withinSeconds = 30): Promise<void> {
    const { cause: found, seconds, isHealthy } = await outcome;
    assert.equal(isHealthy, false);
    assert.match(found ?? "", cause);
    // 20 s on a machine that does nothing else.
    assert.ok(seconds < withinSeconds, `it took ${seconds} s`);
  }

  const onAny = starting({ command: serving("response.end()") });
  const onLoopback = starting({ command: app(`http.createServer((q, a) => a.end()).listen(port, "127.0.0.1")`) });
  const onLoopback6 = starting({ command: app(`http.createServer((q, a) => a.end()).listen(port, "::1")`) });
  const onHostName = starting({
    command: app(`http.createServer((q, a) => a.end()).listen(port, process.env.HOSTNAME)`),
    spec: { environment: { HOSTNAME: "127.0.1.23" } },
  });
  const elsewhere = starting({ command: app("http.createServer((q, a) => a.end()).listen(0)") });
  const late = starting({
    command: app("setTimeout(() => http.createServer((q, a) => a.end()).listen(port), 8000)"),
    scale: 3600,
  });
  const adminFirst = starting({
    command: app(`http.createServer().listen(0);
      setTimeout(() => http.createServer((q, a) => a.end()).listen(port), 5000)`),
  });
  const without404 = starting({ command: serving("response.writeHead(404).end()") });
  const slowly404 = starting({ command: serving("response.writeHead(404).end()"), scale: 1 });
  const warmingUp = starting({
    command: serving("response.writeHead(process.uptime() < 8 ? 503 : 200).end()"),
  });
  const hosts = starting({
    command: serving(`response.writeHead(/^(localhost|127\\.)/.test(request.headers.host) ? 200 : 400).end()`),
  });
  const ownHost = starting({
    command: serving(`response.writeHead(request.headers.host === "10.0.1.23:3000" ? 200 : 400).end()`),
  });
  const noHttp = starting({
    command: nodeCommand(`require("node:net").createServer((s) => s.end("hello\\n")).listen(process.env.PORT)`),
  });
  const throwing = starting({ command: nodeCommand(`throw new Error("DATABASE_URL is not set")`) });
  const missing = starting({
    command: ["no-such-python", "app.py"],
    spec: { origin: { settingsFile: "x", baseImage: "python:3.12-slim" } },
  });
  const silent = starting({ command: nodeCommand("setInterval(() => {}, 1000)"), graceSeconds: 7 });
  const failingCheck = starting({
    command: serving("response.end()"),
    spec: {
      healthCheck: {
        command: nodeCommand(`console.log("curl: not found"); process.exit(127)`),
        ...{ intervalSeconds: 30, timeoutSeconds: 5, retries: 3, startPeriodSeconds: 0 },
      },
    },
  });

  it("is healthy when it listens on all addresses", async () => {
    assert.deepEqual([(await onAny()).isHealthy, (await onAny()).cause], [true, undefined]);
  });

  it("is not when it listens on 127.0.0.1 only, which is said", async () => {
    await assertCause(onLoopback(), /^v1-1: it listens on 127\.0\.0\.1:\d+ only; listen on 0\.0\.0\.0/);
  });

  it("is not when it listens on ::1 only", async () => {
    await assertCause(onLoopback6(), /it listens on \[::1\]:\d+ only; listen on 0\.0\.0\.0/);
  });

  it("is healthy when it listens on its host name alone, as on AWS", async function () {
    if (process.platform !== "linux") this.skip();
    assert.equal((await onHostName()).isHealthy, true);
  });

  it("is not when it listens on another port, which is named", async () => {
    const cause =
      /GET on port \d+ \(PORT\) was refused: it listens on port \d+\. Listen on process\.env\.PORT, set containerPort: \d+ in Pulumi\.dev\.yaml, or use --runtime docker\./;
    await assertCause(elsewhere(), cause);
  });

  it("has its grace period in real time, however fast AWS's time passes", async () => {
    const { isHealthy, seconds, events } = await late();
    assert.equal(isHealthy, true);
    assert.ok(seconds >= 8);
    const said = events.find(({ type }) => type === "task.starting");
    assert.match(
      said?.text ?? "",
      /^v1-1 runs, but (does not listen on port \d+|has not answered GET \/) yet; it has 60 s /,
    );
    assert.ok(!events.some(({ type }) => type === "task.stopped"));
  });

  it("may listen on another port first", async () => {
    assert.equal((await adminFirst()).isHealthy, true);
  });

  it("is not healthy when its health check's path is not there, at any scale", async () => {
    const cause = /^v1-1: GET \/ answered 404; 200–299 is expected\. Set healthCheck\.path in Pulumi\.dev\.yaml\.$/;
    await assertCause(without404(), cause);
    await assertCause(slowly404(), cause);
  });

  it("may answer 503 while it warms up", async () => {
    assert.equal((await warmingUp()).isHealthy, true);
  });

  it("must accept its private address as a host", async () => {
    await assertCause(hosts(), /GET \/ answered 400; .* Health checks send "Host: 10\.0\.1\.23:3000"/);
    assert.equal((await ownHost()).isHealthy, true);
  });

  it("must speak HTTP", async () => {
    await assertCause(noHttp(), /GET \/ was not answered in HTTP/);
  });

  it("shows the line with the error when it ends, and the variable to set", async () => {
    const cause =
      /it ended with exit code 1: Error: DATABASE_URL is not set\. Set DATABASE_URL in environment or secrets of Pulumi\.dev\.yaml\.$/;
    await assertCause(throwing(), cause);
  });

  it("names the program that this machine does not have, and what has it", async () => {
    const cause =
      /"no-such-python" is neither in the image nor on this machine, where its base image python:3\.12-slim is not pulled\. Use --runtime docker/;
    await assertCause(missing(), cause, 5);
  });

  it("is given up when its grace period is over and it is silent", async () => {
    await assertCause(
      silent(),
      /it did not answer GET \/ in the 7 s that it has to start\. Set healthCheckGracePeriodSeconds in/,
      60,
    );
  });

  it("is not healthy when its container's own check goes on failing", async () => {
    await assertCause(
      failingCheck(),
      /container's health check failed: exit status 127: curl: not found\. Set container/,
    );
  });
});
