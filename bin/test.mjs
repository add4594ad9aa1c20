// `npm test`: types, lint and format, then every spec (or those named on the command line).
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

setUp();
const root = fileURLToPath(new URL("..", import.meta.url));
const specs = process.argv.slice(2);
const checks = [
  ["types", "typescript/bin/tsc", ["--noEmit"]],
  ["lint", "eslint/bin/eslint.js", ["--max-warnings=0", "."]],
  ["format", "prettier/bin/prettier.cjs", ["--check", "--log-level=warn", "."]],
];

let passed = 0;
let failed = 0;
if (specs.length === 0) {
  for (const [name, program, args] of checks) {
    const status = await run(`node_modules/${program}`, args);
    process.stdout.write(`  ${status === 0 ? "✔" : "✖"} ${name}\n`);
    if (status === 0) passed++;
    else failed++;
  }
}
const counts = await runSpecs();
passed += counts.passes;
failed += counts.failures;
process.stdout.write(`\n${passed} passed, ${failed} failed${counts.pending ? `, ${counts.pending} skipped` : ""}\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function run(program, args) {
  return new Promise((resolve) => {
    spawn(process.execPath, [program, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).on(
      "close",
      resolve,
    );
  });
}

async function runSpecs() {
  // Mocha's own command does this, too: a promise that nobody awaits must not fail unseen. Whoever listens besides, as
  // the evaluation of a program does, takes care of it.
  process.on("unhandledRejection", (reason) => {
    if (process.listenerCount("unhandledRejection") === 1) throw reason;
  });
  process.env.TSX_DISABLE_CACHE = "1";
  process.chdir(root);
  const { register } = await import("tsx/cjs/api");
  register();
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({ timeout: 60_000, reporter: "spec", forbidOnly: Boolean(process.env.CI) });
  for (const file of specs.length > 0 ? specs : allSpecs()) mocha.addFile(`${root}/${file}`);
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
}

function allSpecs() {
  const files = readdirSync("test", { recursive: true }).map((file) => `test/${file}`);
  return files.filter((file) => file.endsWith(".spec.ts") && !file.includes("node_modules")).sort();
}
