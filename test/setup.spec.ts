import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..");

describe("the first run of a checkout", () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "greenlight-setup-"));
    mkdirSync(join(checkout, "bin"));
    cpSync(join(root, "bin/setup.mjs"), join(checkout, "bin/setup.mjs"));
    cpSync(join(root, ".npmrc"), join(checkout, ".npmrc"));
  });
  afterEach(() => rmSync(checkout, { recursive: true }));

  const node = (script: string, npm: string) =>
    spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: checkout,
      encoding: "utf8",
      env: { PATH: process.env.PATH, npm_execpath: npm },
    });

  it("installs what the lockfile says, without the packages' install scripts", () => {
    writeFileSync(join(checkout, "package-lock.json"), '{ "packages": { "node_modules/missing": {} } }');
    const npm = join(checkout, "npm.cjs");
    writeFileSync(npm, 'require("node:fs").writeFileSync("said.json", JSON.stringify(process.argv.slice(2)));');
    const { status, stderr } = node('import { setUp } from "./bin/setup.mjs"; setUp();', npm);
    assert.equal(status, 0, stderr);
    const [command, ...options] = JSON.parse(readFileSync(join(checkout, "said.json"), "utf8")) as string[];
    assert.equal(command, "ci");
    assert.ok(options.includes("--ignore-scripts"), options.join(" "));
  });

  it("runs no install script of an `npm ci` by hand either", () => {
    const script = join(checkout, "dependency", "script.cjs");
    mkdirSync(join(checkout, "dependency"));
    writeFileSync(script, 'require("node:fs").writeFileSync("ran", "");');
    const scripts = { install: "node script.cjs" };
    writeFileSync(join(checkout, "dependency/package.json"), JSON.stringify({ name: "dependency", scripts }));
    writeFileSync(
      join(checkout, "package.json"),
      JSON.stringify({ name: "app", dependencies: { dependency: "file:./dependency" } }),
    );
    const { status, stderr } = spawnSync("npm", ["install", "--offline", "--install-links"], {
      cwd: checkout,
      encoding: "utf8",
      // `npm test` hands its own settings on as variables.
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    });
    assert.equal(status, 0, stderr);
    assert.throws(() => readFileSync(join(checkout, "node_modules/dependency/ran")), { code: "ENOENT" });
  });
});
