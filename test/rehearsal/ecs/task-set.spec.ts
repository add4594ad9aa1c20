import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { Clock } from "../../../rehearsal/clock";
import { Service } from "../../../rehearsal/ecs/service";
import type { TaskSpec } from "../../../rehearsal/ecs/task-spec";
import { backOffSeconds } from "../../../rehearsal/ecs/back-off";
import { TaskSet, type TaskSetProps } from "../../../rehearsal/ecs/task-set";
import { whyNotSteady } from "../../../rehearsal/ecs/why-not-steady";
import { Timeline } from "../../../rehearsal/events";
import { LoadBalancer } from "../../../rehearsal/load-balancer/load-balancer";
import { TargetGroup } from "../../../rehearsal/load-balancer/target-group";
import { nodeCommand, Processes, serverCommand, until } from "../fixtures/tasks";

const cwd = tmpdir();

describe("an ECS task set", () => {
  const processes = new Processes();
  let clock: Clock;
  let timeline: Timeline;
  let group: TargetGroup;
  let loadBalancer: LoadBalancer;
  let url: string;
  const sets: { stop(): Promise<void> }[] = [];

  beforeEach(async () => {
    clock = new Clock(100);
    timeline = new Timeline(clock);
    const healthCheck = {
      path: "/health",
      intervalSeconds: 5,
      timeoutSeconds: 2,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: "200",
    };
    group = new TargetGroup(
      { arn: "arn:tg", name: "tg", healthCheck, deregistrationDelaySeconds: 30 },
      clock,
      timeline,
    );
    const targetGroups = [group];
    loadBalancer = new LoadBalancer({ arn: "arn:lb", name: "lb", dnsName: "lb.test", targetGroups }, clock, timeline);
    const defaultActions = [{ type: "forward", targetGroupArn: group.arn }] as const;
    const props = { arn: "arn:listener", port: 8080, localPort: 0, protocol: "HTTP", defaultActions } as const;
    url = `http://127.0.0.1:${(await loadBalancer.listen(props)).localPort}`;
  });
  afterEach(async () => {
    await Promise.all(sets.splice(0).map((set) => set.stop()));
    await loadBalancer.close();
    assert.deepEqual([...processes], []);
    assert.deepEqual(group.targets(), []);
  });

  const spec = (command = serverCommand()): TaskSpec => ({ command, cwd, environment: {} });

  function taskSet(props: Partial<TaskSetProps> = {}): TaskSet {
    const own = { id: "ecs-svc/1", label: "blue", taskDefinition: "app:1", targetGroup: group, desiredCount: 1 };
    const launch = () => spec();
    const set = new TaskSet(
      { ...own, healthCheckGracePeriodSeconds: 6000, launch, ...props },
      clock,
      timeline,
      processes,
    );
    sets.push(set);
    return set;
  }

  it("is steady once its tasks are running and healthy in the target group", async () => {
    const set = taskSet({ desiredCount: 2 });
    assert.equal(set.stabilityStatus, "STABILIZING");
    await set.whenSteady();
    assert.deepEqual([set.runningCount, set.pendingCount], [2, 0]);
    assert.deepEqual(set.tasks.map(({ label }) => label).sort(), ["blue-1", "blue-2"]);
    assert.deepEqual(
      group.targets().map(({ state }) => state),
      ["healthy", "healthy"],
    );
    assert.equal(await (await fetch(url)).text(), "ok");
  });

  /** Fails where the app says so. */
  const healthCheck = {
    command: nodeCommand(
      `fetch("http://127.0.0.1:" + process.env.PORT + "/env").then((r) => r.json())
        .then(({ CHECK }) => { console.error("CHECK is " + CHECK); process.exit(CHECK === "fails" ? 1 : 0); })`,
    ),
    intervalSeconds: 0.1,
    timeoutSeconds: 5,
    retries: 2,
    startPeriodSeconds: 0,
  };

  it("is steady only once its containers' own health checks have passed, too", async () => {
    const set = taskSet({ launch: () => ({ ...spec(), healthCheck }) });
    await set.whenSteady();
    assert.equal(set.tasks[0]?.health?.status, "HEALTHY");
  });

  it("replaces a task whose container's health check fails, however well it serves", async () => {
    const set = taskSet({
      healthCheckGracePeriodSeconds: 0,
      launch: () => ({
        ...spec(),
        environment: { CHECK: set.failedTaskCount === 0 ? "fails" : "passes" },
        healthCheck,
      }),
    });
    await set.whenSteady();
    assert.equal(set.failedTaskCount, 1);
    assert.match(set.lastFailure ?? "", /^Task failed container health checks: exit status 1: CHECK is fails/);
    assert.deepEqual(
      set.tasks.map(({ label }) => label),
      ["blue-2"],
    );
  });

  it("does not look at a container's health within the grace period", async () => {
    const set = taskSet({ launch: () => ({ ...spec(), environment: { CHECK: "fails" }, healthCheck }) });
    await until(() => set.tasks[0]?.health?.status === "UNHEALTHY");
    assert.deepEqual([set.failedTaskCount, set.stabilityStatus], [0, "STABILIZING"]);
    assert.match(whyNotSteady(set), /blue-1's container is UNHEALTHY: exit status 1: CHECK is fails/);
  });

  it("counts a health check that does not end in time as failed, and ends it", async () => {
    const hangs = {
      ...healthCheck,
      command: nodeCommand("setInterval(() => {}, 1000)"),
      timeoutSeconds: 2,
      retries: 1,
    };
    const set = taskSet({ healthCheckGracePeriodSeconds: 0, launch: () => ({ ...spec(), healthCheck: hangs }) });
    await until(() => set.failedTaskCount > 0);
    assert.match(set.lastFailure ?? "", /container health checks: no answer within 2 s/);
  });

  it("scales out and in", async () => {
    const set = taskSet();
    await set.whenSteady();
    set.setDesiredCount(2);
    await set.whenSteady();
    assert.equal(group.targets().length, 2);
    set.setDesiredCount(1);
    await set.whenSteady();
    await until(() => processes.size === 1);
    assert.deepEqual(
      group.targets().map(({ label }) => label),
      ["blue-1"],
    );
    assert.equal(set.failedTaskCount, 0);
  });

  it("replaces a task that exits", async () => {
    const set = taskSet();
    await set.whenSteady();
    await fetch(`${url}/crash`);
    await until(() => set.failedTaskCount > 0);
    await set.whenSteady();
    assert.deepEqual(
      set.tasks.map(({ label }) => label),
      ["blue-2"],
    );
    assert.match(set.lastFailure ?? "", /^Essential container in task exited \(exit code 3\)\nlistening$/);
  });

  it("replaces a task that turns unhealthy, and lets the old one finish its requests", async () => {
    const set = taskSet({ healthCheckGracePeriodSeconds: 0 });
    await set.whenSteady();
    await fetch(`${url}/fail`);
    await until(() => set.failedTaskCount > 0);
    await set.whenSteady();
    assert.match(set.lastFailure ?? "", /^Task failed ELB health checks in \(target-group arn:tg\): .*\[500\]/);
    await until(() => processes.size === 1);
  });

  it("keeps a task that turns unhealthy until its replacement is healthy", async () => {
    const seen: string[] = [];
    timeline.on(({ type, detail }) => seen.push(`${String(detail.target)} ${type}`));
    const set = taskSet({ healthCheckGracePeriodSeconds: 0 });
    await set.whenSteady();
    await fetch(`${url}/fail`);
    await until(() => seen.includes("blue-1 target.deregistered"));
    const order = ["blue-1 target.unhealthy", "blue-2 target.healthy", "blue-1 target.draining"];
    assert.deepEqual(
      seen.filter((one) => order.includes(one)),
      order,
    );
  });

  it("keeps no more unhealthy tasks than it has replacements", async () => {
    let most = 0;
    timeline.on(() => (most = Math.max(most, group.targets().filter(({ state }) => state !== "draining").length)));
    const launch = () => ({ ...spec(), environment: { CHECK: "fails" }, healthCheck });
    const set = taskSet({ healthCheckGracePeriodSeconds: 0, launch });
    await until(() => set.failedTaskCount >= 4);
    assert.equal(most, 2);
  });

  it("leaves a task alone that is unhealthy only within its grace period", async () => {
    const unsteady = nodeCommand(`let checks = 0;
      require("node:http").createServer((_, response) => {
        checks++;
        response.writeHead(checks > 1 && checks < 6 ? 503 : 200).end();
      }).listen(process.env.PORT)`);
    const set = taskSet({ launch: () => spec(unsteady) });
    const seen = new Set<string>();
    group.on("health", ({ state }) => seen.add(state));
    await until(() => seen.has("unhealthy"));
    await set.whenSteady();
    assert.equal(set.failedTaskCount, 0);
  });

  it("tells why its tasks cannot start, and starts them once they can", async () => {
    let missing = true;
    const launch = () => {
      if (missing) throw new Error("CannotPullContainerError: app@sha256:0 not found");
      return spec();
    };
    const set = taskSet({ launch });
    await until(() => set.failedTaskCount > 1);
    assert.equal(set.lastFailure, "CannotPullContainerError: app@sha256:0 not found");
    missing = false;
    await set.whenSteady();
  });

  it("waits longer and longer for tasks that keep failing, but not for the first replacement", () => {
    assert.deepEqual([0, 1, 2, 3, 4].map(backOffSeconds), [0, 0, 10, 20, 40]);
    assert.equal(backOffSeconds(100), 300);
  });

  it("stops waiting to be steady when the waiter gives up or the set is stopped", async () => {
    const set = taskSet({ launch: () => spec(["no-such-program"]) });
    const giveUp = new AbortController();
    const waits = [set.whenSteady(giveUp.signal), set.whenSteady()];
    giveUp.abort(new Error("enough"));
    await assert.rejects(waits[0] ?? Promise.resolve(), /enough/);
    const stopped = set.stop();
    await assert.rejects(waits[1] ?? Promise.resolve(), /Task set blue was stopped before it was steady/);
    await stopped;
  });

  it("drains its tasks before it stops them", async () => {
    const slow = nodeCommand(`require("node:http").createServer((request, response) => {
        if (request.url === "/health") return response.end();
        console.log("working");
        setTimeout(() => response.end("done"), 200);
      }).listen(process.env.PORT)`);
    const set = taskSet({ launch: () => spec(slow) });
    await set.whenSteady();
    const answer = fetch(url);
    await until(() => set.tasks[0]?.logs.at(-1) === "working");
    await set.stop();
    assert.equal(await (await answer).text(), "done");
    assert.equal(processes.size, 0);
  });

  it("is steady without health checks while no listener uses its target group", async () => {
    loadBalancer.modifyListener("arn:listener", [
      { type: "fixed-response", fixedResponse: { contentType: "text/plain" } },
    ]);
    const set = taskSet();
    await set.whenSteady();
    assert.equal(group.targets()[0]?.state, "unused");
  });

  describe("of a service", () => {
    function service(): Service {
      const props = { arn: "arn:service", name: "app", desiredCount: 1, healthCheckGracePeriodSeconds: 6000 };
      const made = new Service(props, clock, timeline, processes);
      sets.push({ stop: () => made.close() });
      return made;
    }
    const launch = () => spec();

    it("is primary if it is the first; another takes over, and then the first can be deleted", async () => {
      const app = service();
      const blue = app.createTaskSet({ label: "blue", taskDefinition: "app:1", targetGroup: group, launch });
      const green = app.createTaskSet({ label: "green", taskDefinition: "app:2", targetGroup: group, launch });
      const statuses = () => app.describeTaskSets().map(({ taskSet: { label }, status }) => `${label} ${status}`);
      assert.deepEqual(statuses(), ["blue PRIMARY", "green ACTIVE"]);
      await Promise.all([blue.whenSteady(), green.whenSteady()]);
      await assert.rejects(app.deleteTaskSet(blue.id), /primary task set blue cannot be deleted/);
      app.updateServicePrimaryTaskSet(green.id);
      assert.equal(app.primaryTaskSet, green);
      const deleted = app.deleteTaskSet(blue.id);
      assert.deepEqual(statuses(), ["blue DRAINING", "green PRIMARY"]);
      await deleted;
      assert.deepEqual(statuses(), ["green PRIMARY"]);
      await assert.rejects(app.deleteTaskSet(blue.id), /TaskSetNotFoundException/);
    });

    it("gets the service's desired count", async () => {
      const app = service();
      const blue = app.createTaskSet({ label: "blue", taskDefinition: "app:1", targetGroup: group, launch });
      app.updateDesiredCount(2);
      assert.deepEqual([app.desiredCount, blue.computedDesiredCount], [2, 2]);
      await blue.whenSteady();
      await app.close();
      assert.deepEqual(app.describeTaskSets(), []);
      assert.equal(processes.size, 0);
    });
  });
});
