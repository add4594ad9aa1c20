import { build } from "esbuild";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GreenTestConfig } from "../../../hooks/green-test/checks";

let bundle: Promise<string> | undefined;

/** The hook's bundle, as a deployment package has it. */
export function hookBundle(): Promise<string> {
  return (bundle ??= build({
    entryPoints: [join(__dirname, "../../../hooks/green-test/index.ts")],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["@aws-sdk/*"],
    // `import()` of the SDK becomes `require`, which looks where NODE_PATH says; Node's own `import()` does not.
    supported: { "dynamic-import": false },
    logLevel: "silent",
  }).then(({ outputFiles }) => outputFiles[0]!.text));
}

/** A directory with a function's files, as Lambda unpacks them; `remove` deletes it. */
export async function unpack(files: Readonly<Record<string, string>>) {
  const directory = await mkdtemp(join(tmpdir(), "greenlight-function-"));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** The hook with its configuration. */
export async function unpackHook(config: GreenTestConfig) {
  return unpack({ "index.js": await hookBundle(), "config.json": JSON.stringify(config) });
}
