import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkout } from "./checkout";

const guarded = ["copyFile", "cp", "createReadStream", "open", "readFile"].flatMap((name) => [name, `${name}Sync`]);
const { copyFileSync } = fs;

type Method = (...args: unknown[]) => unknown;

/**
 * The checkout's own Pulumi.yaml and Pulumi.<stack>.yaml belong to whoever works in it, and no test may depend on what
 * they say. From now on, a test that opens one in this process fails; only copies of them are judged.
 */
export function refuseOwnStackFiles(): void {
  for (const holder of [fs, fs.promises] as unknown as Record<string, Method>[])
    for (const name of guarded) if (holder[name]) holder[name] = guard(holder[name]);
}

/** Copies the checkout's own Pulumi.yaml and stack files into `directory`; returns the stacks' names. */
export function copyOwnStackFiles(directory: string): string[] {
  const files = fs.readdirSync(checkout).filter((file) => isOwn(path.join(checkout, file)));
  for (const file of files) copyFileSync(path.join(checkout, file), path.join(directory, file));
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

function guard(method: Method): Method {
  return function (this: unknown, ...args) {
    if (isOwn(args[0]))
      throw new Error(`${String(args[0])} belongs to whoever works here. Read test/fixtures/stacks instead.`);
    return method.apply(this, args);
  };
}

function isOwn(file: unknown): boolean {
  if (typeof file !== "string" && !(file instanceof URL)) return false;
  const { dir, base } = path.parse(path.resolve(file instanceof URL ? fileURLToPath(file) : file));
  return dir === checkout && /^Pulumi(\..+)?\.yaml$/.test(base);
}
