import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { SandboxMode } from "../sandbox/mode";
import { readRegistrySettings, type RegistrySettings } from "./registry-settings";
import { shellQuote } from "../sandbox/shell-quote";

/** To this argument a stand-in answers with its own path. */
export const identifyArgument = "greenlight-identify";

export interface StandInRequest {
  /** The stand-ins are put here, for the front of a PATH. */
  readonly binDirectory: string;
  /** Which programs a stand-in takes the place of. @default docker and aws */
  readonly names?: readonly StandIn[];
  /** The image store that both work on. */
  readonly storeDirectory: string;
  /** A real registry, `host:port`, that `aws` looks into instead of the store. @default none */
  readonly registry?: string;
  /** How `docker` carries out RUN lines. @default not at all */
  readonly sandbox?: SandboxMode;
}

export type StandIn = "docker" | "aws";

/** What a stand-in is told when it is started, before its own arguments, as one JSON text. */
export interface StandInSettings {
  readonly storeDirectory: string;
  readonly registries: RegistrySettings;
  readonly sandbox: SandboxMode;
  readonly registry?: string;
}

/** Writes them for a build's PATH: each a bundle of its own, which starts in about a tenth of a second. Returns their names. */
export async function installStandIns(request: StandInRequest): Promise<readonly StandIn[]> {
  const { binDirectory, names = ["docker", "aws"], storeDirectory, registry } = request;
  const { sandbox = { kind: "none", reason: "no sandbox was chosen" } } = request;
  const registries = readRegistrySettings(process.env);
  const settings: StandInSettings = {
    storeDirectory: resolve(storeDirectory),
    registries,
    sandbox,
    ...(registry ? { registry } : {}),
  };
  const bundles = resolve(binDirectory, ".bundles");
  await mkdir(bundles, { recursive: true });
  await build({
    entryPoints: Object.fromEntries(names.map((name) => [name, join(__dirname, `${name}-cli.ts`)])),
    outdir: bundles,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    // Some of the libraries' CommonJS builds hide their imports from a bundler.
    mainFields: ["module", "main"],
    logLevel: "warning",
  });
  for (const name of names) {
    const words = [process.execPath, join(bundles, `${name}.cjs`), JSON.stringify(settings)];
    const path = resolve(binDirectory, name);
    const identify = `if [ "$1" = ${identifyArgument} ]; then printf '%s\\n' ${shellQuote(path)}; exit; fi`;
    await writeFile(path, `#!/bin/sh\n${identify}\nexec ${words.map(shellQuote).join(" ")} "$@"\n`);
    await chmod(path, 0o755);
  }
  return names;
}
