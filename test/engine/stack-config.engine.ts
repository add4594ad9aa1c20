import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { stackConfigs } from "../fixtures/stack-configs";

describe("the settings that the rehearsal reads itself", function () {
  let directory: string;

  before(() => (directory = mkdtempSync(path.join(tmpdir(), "greenlight-config-"))));
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const [title, { files, expected }] of Object.entries(stackConfigs)) {
    it(`are those of the Pulumi CLI: ${title}`, () => {
      const folder = mkdtempSync(path.join(directory, "project-"));
      mkdirSync(path.join(folder, "state"));
      const all = { "Pulumi.yaml": "name: shop\nruntime: nodejs\n", ...files };
      for (const [name, text] of Object.entries(all)) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, name), text);
      }
      const { PATH, HOME } = process.env;
      const env = {
        PATH,
        HOME,
        PULUMI_HOME: path.join(directory, "home"),
        PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase",
        PULUMI_SKIP_UPDATE_CHECK: "1",
      };
      const pulumi = (...args: string[]) =>
        execFileSync("pulumi", [...args, "--non-interactive"], { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
      pulumi("stack", "init", "dev");
      const told = JSON.parse(pulumi("config", "--json")) as Record<string, { value: string }>;
      assert.deepEqual(Object.fromEntries(Object.entries(told).map(([key, { value }]) => [key, value])), expected);
    });
  }
});
