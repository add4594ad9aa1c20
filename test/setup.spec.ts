import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..");

describe("the first run of a checkout", () => {
  let checkout: string;

  beforeEach(() => {
    checkout = realpathSync(mkdtempSync(join(tmpdir(), "greenlight-setup-")));
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

  it("says in a line that TypeScript is not loaded from a path with a question mark", () => {
    const odd = join(checkout, "what?");
    mkdirSync(join(odd, "bin"), { recursive: true });
    for (const name of ["setup.mjs", "start.mjs"]) cpSync(join(root, "bin", name), join(odd, "bin", name));
    const { status, stderr } = spawnSync(process.execPath, [join(odd, "bin/start.mjs")], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(
      stderr,
      `The path of this folder has a question mark: ${odd}/\nTypeScript is not loaded from it. Rename the folder, or move it.\n`,
    );
  });

  it("starts in a folder whose path has spaces, #, % and &", () => {
    const odd = join(checkout, "a b#c%20&d");
    mkdirSync(join(odd, "bin"), { recursive: true });
    mkdirSync(join(odd, "rehearsal"));
    for (const name of ["setup.mjs", "start.mjs"]) cpSync(join(root, "bin", name), join(odd, "bin", name));
    writeFileSync(join(odd, "package-lock.json"), '{ "packages": {} }');
    const modules = join(odd, "node_modules");
    mkdirSync(modules);
    writeFileSync(join(modules, ".package-lock.json"), '{ "packages": {} }');
    symlinkSync(join(root, "node_modules/tsx"), join(modules, "tsx"));
    writeFileSync(join(odd, "rehearsal/main.ts"), "const started: string = __filename;\nconsole.log(started);\n");
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(odd, "bin/start.mjs")], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), join(odd, "rehearsal/main.ts"));
  });
});
