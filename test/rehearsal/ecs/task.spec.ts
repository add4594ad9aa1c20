import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { Clock } from "../../../rehearsal/clock";
import { startTask, type Task } from "../../../rehearsal/ecs/task";
import type { TaskProps } from "../../../rehearsal/ecs/task-spec";
import { signalGroup } from "../../../rehearsal/ecs/process-group";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";
import { stillRunning } from "../end-to-end/process-table";
import { daemonScript, isListening, nodeCommand, Processes, serverCommand, until } from "../fixtures/tasks";

const cwd = tmpdir();

describe("an ECS task", () => {
  const processes = new Processes();
  const tasks: Task[] = [];
  let clock: Clock;
  let timeline: Timeline;
  let events: TimelineEvent[];

  beforeEach(() => {
    clock = new Clock(60);
    timeline = new Timeline(clock);
    events = [];
    timeline.on((event) => events.push(event));
  });
  afterEach(async () => {
    await Promise.all(tasks.splice(0).map((task) => task.stop()));
    assert.deepEqual([...processes], []);
  });

  async function start(command: readonly string[], props: Partial<TaskProps> = {}): Promise<Task> {
    const all = { command, cwd, environment: {}, label: "blue-1", taskDefinitionArn: "app:1", ...props };
    const task = await startTask(all, clock, timeline, processes);
    tasks.push(task);
    return task;
  }
  const said = (line: string) =>
    until(() => events.some(({ type, text, source }) => source === "ecs" && type === "task.log" && text === line));

  it("is a process of its own group that listens on the port it is given", async () => {
    const task = await start(serverCommand());
    await said("listening");
    assert.equal(task.lastStatus, "RUNNING");
    assert.deepEqual([...processes], [task.pid]);
    assert.equal(await (await fetch(`http://127.0.0.1:${task.port}/`)).text(), "ok");
    await task.stop("Scaling activity");
    assert.equal(task.lastStatus, "STOPPED");
    assert.equal(task.stoppedReason, "Scaling activity");
    assert.equal(task.exitCode, 143);
    assert.equal(await isListening(task.port), false);
    const statuses = events.filter(({ type }) => type !== "task.log").map(({ type }) => type);
    assert.deepEqual(statuses, ["task.pending", "task.running", "task.deprovisioning", "task.stopped"]);
  });

  it("has no environment but its own, PORT, PATH and HOME", async () => {
    const task = await start(serverCommand(), { environment: { GREETING: "hi", PORT: "3000", HOME: "/root" } });
    await said("listening");
    const environment = (await (await fetch(`http://127.0.0.1:${task.port}/env`)).json()) as Record<string, string>;
    // macOS adds a variable of its own to every process.
    delete environment.__CF_USER_TEXT_ENCODING;
    const PATH = process.env.PATH ?? "";
    assert.deepEqual(environment, { GREETING: "hi", PORT: String(task.port), PATH, HOME: "/root" });
  });

  it("may end in peace after SIGTERM", async () => {
    const task = await start(
      nodeCommand(`process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });
      setInterval(() => {}, 1000); console.log("ready")`),
    );
    await said("ready");
    await task.stop();
    assert.equal(task.exitCode, 0);
    assert.equal(task.logs.at(-1), "bye");
  });

  it("is killed when it does not end within its stop timeout", async () => {
    const script = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("ready")`;
    const task = await start(nodeCommand(script), { stopTimeoutSeconds: 0.2 });
    await said("ready");
    await task.stop();
    assert.equal(task.exitCode, 137);
  });

  it("takes the processes that it started along", async () => {
    const child = `process.on("SIGTERM", () => {});
      require("node:http").createServer().listen(process.env.PORT, () => console.log("child"))`;
    const task = await start(
      nodeCommand(`process.on("SIGTERM", () => process.exit(0));
      require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" })`),
    );
    await said("child");
    await task.stop();
    assert.equal(task.exitCode, 0);
    assert.equal(await isListening(task.port), false);
  });

  it("takes along what it started in sessions of their own, and nothing of another task's", async () => {
    processes.mark = { GREENLIGHT_WORKSPACE: `greenlight-test-${process.pid}` };
    try {
      const [task, other] = [await start(nodeCommand(daemonScript)), await start(nodeCommand(daemonScript))];
      await until(() => [task, other].every(({ logs }) => logs.length > 0));
      const [daemon = 0, stranger = 0] = [task, other].map(({ logs }) => Number(logs[0]!.split(" ")[1]));
      await task.stop();
      assert.deepEqual(stillRunning([daemon]), []);
      assert.equal(stillRunning([stranger]).length, 1);
      await other.stop();
      assert.deepEqual(stillRunning([stranger]), []);
    } finally {
      delete processes.mark;
    }
  });

  it("takes the health check that runs at that moment along", async () => {
    const command = nodeCommand("setInterval(() => {}, 1000)");
    const healthCheck = { command, intervalSeconds: 0.1, timeoutSeconds: 60, retries: 3, startPeriodSeconds: 0 };
    const task = await start(serverCommand(), { healthCheck });
    await until(() => processes.size === 2);
    const check = [...processes].find((pgid) => pgid !== task.pid)!;
    await task.stop();
    assert.equal(signalGroup(check, 0), false);
  });

  it("stops when its process exits, and keeps its last lines, without their colours, and exit code", async () => {
    const task = await start(
      nodeCommand(`for (let i = 1; i <= 60; i++) console.log("line " + i);
      console.error("\\x1b[31mno DATABASE_URL\\x1b[0m"); process.exitCode = 7`),
    );
    await task.whenStopped();
    assert.equal(task.stoppedReason, "Essential container in task exited");
    assert.equal(task.exitCode, 7);
    assert.equal(task.logs.length, 50);
    assert.ok(task.logs.includes("no DATABASE_URL"));
    assert.match(events.at(-1)?.text ?? "", /STOPPED: Essential container in task exited \(exit code 7\)/);
  });

  it("names the command that cannot be started", async () => {
    const task = await start(["no-such-program", "--flag"]);
    assert.equal(task.lastStatus, "STOPPED");
    assert.match(task.stoppedReason ?? "", /^CannotStartContainerError: .*ENOENT.*"no-such-program --flag"/);
    const empty = await start([]);
    assert.match(empty.stoppedReason ?? "", /^CannotStartContainerError/);
    await task.stop();
  });
});
