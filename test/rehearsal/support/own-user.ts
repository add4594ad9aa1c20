import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Whom nothing belongs to. */
const nobody = 65_534;

export const isRoot = process.getuid?.() === 0;

/** A user whom a folder's permissions concern, as they do not concern root. */
export const ordinaryUser = isRoot ? { uid: nobody, gid: nobody } : {};

/** Runs a script in Node as that user; returns its output, and rejects with what it wrote to stderr. */
export async function runAsOrdinaryUser(script: string, ...words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, "--", ...words], {
    ...ordinaryUser,
    stdio: ["ignore", "pipe", "pipe"],
    cwd: "/",
    env: { PATH: process.env.PATH, HOME: "/nonexistent" },
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  if (child.exitCode !== 0) throw new Error(errors);
  return output;
}
