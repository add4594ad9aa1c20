import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { readNpmSettings } from "./run-command";
import { shellQuote } from "./shell-quote";

export interface StandInRequest {
  /** `docker` and `aws` are put here, for the front of a PATH. */
  readonly binDirectory: string;
  /** The image store that both work on. */
  readonly storeDirectory: string;
}

/** What a stand-in is told when it is started, before its own arguments, as one JSON text. */
export interface StandInSettings {
  readonly storeDirectory: string;
  readonly npm: ReturnType<typeof readNpmSettings>;
}

/** Writes `docker` and `aws` for a build's PATH: each a bundle of its own, which starts in about a tenth of a second. */
export async function installStandIns({ binDirectory, storeDirectory }: StandInRequest): Promise<void> {
  const settings: StandInSettings = { storeDirectory: resolve(storeDirectory), npm: readNpmSettings(process.env) };
  const bundles = resolve(binDirectory, ".bundles");
  await mkdir(bundles, { recursive: true });
  await build({
    entryPoints: { docker: join(__dirname, "docker-cli.ts"), aws: join(__dirname, "aws-cli.ts") },
    outdir: bundles,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    // Some of the libraries' CommonJS builds hide their imports from a bundler.
    mainFields: ["module", "main"],
    logLevel: "warning",
  });
  for (const name of ["docker", "aws"]) {
    const words = [process.execPath, join(bundles, `${name}.cjs`), JSON.stringify(settings)];
    const path = join(binDirectory, name);
    await writeFile(path, `#!/bin/sh\nexec ${words.map(shellQuote).join(" ")} "$@"\n`);
    await chmod(path, 0o755);
  }
}
