import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleGreenTestHook } from "../../../components/hook-bundle";
import type { GreenTestConfig } from "../../../hooks/green-test/checks";

/** A directory with a function's files, as Lambda unpacks them; `remove` deletes it. */
export async function unpack(files: Readonly<Record<string, string>>) {
  const directory = await mkdtemp(join(tmpdir(), "greenlight-function-"));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** The hook with its configuration. */
export async function unpackHook(config: GreenTestConfig) {
  return unpack({ "index.js": await bundleGreenTestHook(), "config.json": JSON.stringify(config) });
}
