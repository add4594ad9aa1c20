import assert from "node:assert/strict";
import { join } from "node:path";
import { Clock } from "../../../rehearsal/clock";
import { Timeline } from "../../../rehearsal/events";
import { type Ask, chooseAppSandbox } from "../../../rehearsal/story/app-sandbox";
import { createWorkspace, type Workspace } from "../../../rehearsal/workspace";
import { type RehearsalOptions } from "../../../rehearsal/options";

const programDirectory = "/program";

describe("an app where nothing confines it", () => {
  let workspace: Workspace;
  let asked: string[];

  beforeEach(async () => {
    workspace = await createWorkspace();
    asked = [];
  });
  afterEach(() => workspace.close());

  const choose = (appDirectory: string, options: Partial<RehearsalOptions> = {}, answer?: boolean) => {
    const timeline = new Timeline(new Clock(60));
    const ask: Ask = (question) => {
      asked.push(question);
      return Promise.resolve(answer ?? false);
    };
    const context = {
      options: { sandbox: "none", ...options } as RehearsalOptions,
      programDirectory,
      workspace,
      timeline,
    };
    return answer === undefined
      ? chooseAppSandbox(context, appDirectory, noTerminal)
      : chooseAppSandbox(context, appDirectory, ask);
  };
  const noTerminal: Ask = () => Promise.resolve(false);
  const none = { kind: "none", reason: "--sandbox none was given" };

  it("starts as it is if it is the project's own", async () => {
    assert.deepEqual(await choose(join(programDirectory, "app"), {}, false), none);
    assert.deepEqual(asked, []);
  });

  it("starts if the person says so on the terminal, once", async () => {
    assert.deepEqual(await choose("/other", {}, true), none);
    assert.deepEqual(asked, [
      "Nothing confines programs here: --sandbox none was given.\n" +
        "The app in /other would run with all your rights. Do you trust it? [y/N] ",
    ]);
  });

  it("does not start otherwise, and the ways out are named", async () => {
    const message =
      "Nothing confines programs here: --sandbox none was given. The app in /other would run with all your rights.\n" +
      "Give --trust-app if you trust it, or use --runtime docker.";
    await assert.rejects(choose("/other"), { message });
    await assert.rejects(choose("/other", {}, false), { message });
    await assert.rejects(choose(join(programDirectory, "app2")), /program.app2 would run with all your rights/);
  });

  it("starts with --trust-app", async () => {
    assert.deepEqual(await choose("/other", { trustApp: true }, false), none);
    assert.deepEqual(asked, []);
  });
});
