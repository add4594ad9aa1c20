// `npm test`: every spec, and types, lint and format beside them; or the specs named on the command line alone.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
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

// They take a core of their own, and the specs mostly wait.
const checking = specs.length === 0 ? runChecks() : [];
const counts = await runSpecs();
const results = await checking;
for (const { name, status, output } of results)
  process.stdout.write(`${output}  ${status === 0 ? "✔" : "✖"} ${name}\n`);
const passed = counts.passes + results.filter(({ status }) => status === 0).length;
const failed = counts.failures + results.filter(({ status }) => status !== 0).length;
process.stdout.write(`\n${passed} passed, ${failed} failed${counts.pending ? `, ${counts.pending} skipped` : ""}\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** One after the other; what each has printed is kept for the end. */
async function runChecks() {
  const results = [];
  for (const [name, program, args] of checks) {
    const child = spawn(process.execPath, [`node_modules/${program}`, ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => output.push(text));
    const [status] = await once(child, "close");
    results.push({ name, status, output: output.join("") });
  }
  return results;
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
  createRequire(import.meta.url)("../test/support/own-stack-files.ts").refuseOwnStackFiles();
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
