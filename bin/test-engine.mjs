// `npm run test:engine`: the real Pulumi engine runs the program, against providers that stand in for AWS and Docker.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

setUp();
const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
process.env.PATH = [process.env.PATH, path.join(os.homedir(), ".pulumi", "bin")].join(path.delimiter);
if (!hasPulumi()) {
  process.stderr.write(
    "\nSKIPPED: there is no `pulumi` command on PATH or in ~/.pulumi/bin, so the engine's tests did not run.\n" +
      "         Install it from https://www.pulumi.com/docs/install/ and run this again.\n",
  );
  process.stdout.write("\n0 passed, 0 failed, 1 skipped\n");
  process.exit(0);
}

await import("./mocha-process.mjs");
const { default: Mocha } = await import("mocha");
const mocha = new Mocha({ timeout: 120_000, reporter: "spec", bail: false, forbidOnly: Boolean(process.env.CI) });
for (const file of process.argv.length > 2 ? process.argv.slice(2) : allSpecs()) mocha.addFile(path.join(root, file));
const { passes, failures, pending } = await new Promise((resolve) => {
  const runner = mocha.run(() => resolve(runner.stats));
});
const { measuredTable } = createRequire(import.meta.url)("../test/engine/support/measured.ts");
process.stdout.write(measuredTable());
process.stdout.write(`\n${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ""}\n`);
process.exit(failures === 0 && passes > 0 ? 0 : 1);

function hasPulumi() {
  return spawnSync("pulumi", ["version"], { stdio: "ignore" }).status === 0;
}

function allSpecs() {
  const files = readdirSync("test/engine").filter((file) => file.endsWith(".engine.ts"));
  return files.sort().map((file) => `test/engine/${file}`);
}
