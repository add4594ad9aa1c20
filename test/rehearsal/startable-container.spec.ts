import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Clock } from "../../rehearsal/clock";
import { startTask } from "../../rehearsal/ecs/task";
import { Timeline } from "../../rehearsal/events";
import { signalGroup } from "../../rehearsal/ecs/process-group";
import { findInitProcess } from "../../rehearsal/sandbox/probe";
import { startableContainer } from "../../rehearsal/stack/startable-container";
import { needNamespaces } from "../support/namespaces";
import { ImageWorkshop } from "./support/image-workshop";

describe("a container of a task", function () {
  this.timeout(60_000);
  let workshop: ImageWorkshop;

  beforeEach(async function () {
    await needNamespaces(this);
    workshop = await ImageWorkshop.open();
  });
  afterEach(() => workshop?.close());

  const prepare = async (script: string, request: object = {}) => {
    const image = await workshop.buildFiles({
      Dockerfile: 'FROM node:22\nENV PORT=80 COLOR=blue\nWORKDIR /app\nCOPY . .\nUSER app\nCMD ["node", "/app/x.js"]',
      "x.js": script,
    });
    const place = { store: workshop.store, sandbox: workshop.sandbox, directory: join(workshop.directory, "tasks") };
    return startableContainer(image, place, { environment: {}, ...request });
  };
  const start = ({ command, environment, cwd }: { command: readonly string[]; environment: object; cwd: string }) => {
    const [program = "", ...words] = command;
    const env = { ...environment, GREENLIGHT_WORKSPACE: "mark", PORT: "8123" };
    const child = spawn(program, words, { env, cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    return { child, output: text(child.stdout) };
  };

  it("has the image's absolute paths and variables, and the port that its task was given", async () => {
    const script =
      "const { COLOR, PORT, HOME, GREENLIGHT_WORKSPACE } = process.env;" +
      "console.log(__filename, process.pid, COLOR, PORT, HOME, GREENLIGHT_WORKSPACE, fs.existsSync('/app/Dockerfile'))";
    const { output } = start(await prepare(`const fs = require('fs'); ${script}`));
    assert.equal(await output, "/app/x.js 1 blue 8123 /home/app undefined true\n");
  });

  it("shares no path with another of the same image", async () => {
    const script =
      "const fs = require('fs'); console.log(fs.existsSync('/tmp/x')); fs.writeFileSync('/tmp/x', ''); fs.appendFileSync('/app/x.js', '//')";
    assert.equal(await start(await prepare(script)).output, "false\n");
    assert.equal(await start(await prepare(script)).output, "false\n");
  });

  it("is checked inside, with its own files, variables and port", async () => {
    const script = "require('fs').writeFileSync('/tmp/ready', process.env.PORT); setInterval(() => 0, 1000)";
    const healthCheck = ["CMD-SHELL", 'test "$(cat /tmp/ready)" = "$PORT" && echo $COLOR'];
    const prepared = await prepare(script, { healthCheck });
    const { child } = start(prepared);
    try {
      while ((await findInitProcess(child.pid!)) === undefined) await sleep(20);
      const check = async () => {
        const { child: checking, output } = start({ ...prepared, command: prepared.healthCheckCommand! });
        const [status] = (await once(checking, "exit")) as [number];
        return [status, await output] as const;
      };
      let result = await check();
      while (result[0] !== 0) result = await check();
      assert.deepEqual(result, [0, "blue\n"]);
    } finally {
      signalGroup(child.pid!, "SIGKILL");
      await once(child, "close");
    }
  });

  for (const [what, program, failure, reason] of [
    [
      "does not exist",
      "./server",
      "exec ./server: not found",
      /"\.\/server" is neither in the image nor on this machine/,
    ],
    ["is no program", "./x.js", "exec ./x.js: Permission denied", /"\.\/x\.js" is not a program/],
  ] as const) {
    it(`whose command ${what} cannot be started, as Fargate says`, async () => {
      const prepared = await prepare("", { command: [program] });
      const clock = new Clock(1);
      const task = await startTask({ ...prepared, label: "v1-1", taskDefinitionArn: "" }, clock, new Timeline(clock));
      await task.whenStopped();
      assert.equal(task.stoppedReason, `CannotStartContainerError: ${failure}`);
      assert.match(task.startFailure ?? "", reason);
    });
  }
});
