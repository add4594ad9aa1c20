// `npm test`: every spec, and types, lint and format beside them; or the specs named on the command line alone.
import { spawn } from "node:child_process";
import { once } from "node:events";
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

/** Two files at a time, since specs mostly wait; those named on the command line one after the other. */
async function runSpecs() {
  // It is not there before the set-up.
  const { default: Mocha } = await import("mocha");
  const setup = fileURLToPath(new URL("mocha-process.mjs", import.meta.url));
  const options = { timeout: 60_000, reporter: "spec", forbidOnly: Boolean(process.env.CI) };
  const mocha = new Mocha({ ...options, require: [setup], parallel: specs.length === 0, jobs: 2 });
  if (specs.length > 0) await import("./mocha-process.mjs");
  for (const file of specs.length > 0 ? specs : allSpecs()) mocha.addFile(`${root}/${file}`);
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
}

/** Files that play whole rehearsals are spread among the others, so that no two of them run at a time. */
function allSpecs() {
  const files = readdirSync(`${root}/test`, { recursive: true }).map((file) => `test/${file}`);
  const specs = files.filter((file) => file.endsWith(".spec.ts") && !file.includes("node_modules")).sort();
  const long = specs.filter((file) => file.includes("/end-to-end/"));
  const short = specs.filter((file) => !long.includes(file));
  const each = Math.ceil(short.length / long.length);
  return long.flatMap((file, index) => [file, ...short.slice(index * each, (index + 1) * each)]);
}
