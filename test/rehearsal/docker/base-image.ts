import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Why containers cannot be tested here; undefined if they can. */
const problem = whyNoDocker();

/** A suite of specs that need a Docker engine: where there is none they are skipped, and its title says why. */
export function describeWithDocker(title: string, specs: (this: Mocha.Suite) => void): void {
  if (problem === undefined) describe(title, specs);
  else describe.skip(`${title} (SKIPPED, as there is no Docker engine to test it with: ${problem})`, specs);
}

function whyNoDocker(): string | undefined {
  const { status, error, stderr } = spawnSync("docker", ["version"], { encoding: "utf8" });
  if (error) return "there is no docker command";
  if (status !== 0) return stderr.trim();
  return process.platform === "linux" ? undefined : "the image is made of this machine's Node, which must be a Linux";
}

export function docker(...words: readonly string[]): string {
  return execFileSync("docker", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Makes an image of this machine's Node and the libraries that it loads, so that nothing is pulled. */
export function makeBaseImage(name: string): void {
  const root = mkdtempSync(join(tmpdir(), "greenlight-base-"));
  try {
    const libraries = execFileSync("ldd", [process.execPath], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
    for (const file of libraries) {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      cpSync(realpathSync(file), join(root, file));
    }
    mkdirSync(join(root, "usr/local/bin"), { recursive: true });
    cpSync(realpathSync(process.execPath), join(root, "usr/local/bin/node"));
    const archive = execFileSync("tar", ["-C", root, "-c", "."], { maxBuffer: 1e9 });
    const environment = "ENV PATH=/usr/local/bin";
    execFileSync("docker", ["import", "--change", environment, "-", name], { input: archive, stdio: "pipe" });
  } finally {
    rmSync(root, { recursive: true });
  }
}
