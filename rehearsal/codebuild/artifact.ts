import { readdir, readFile } from "node:fs/promises";
import { join, posix, relative } from "node:path";
import { zipSync } from "fflate";
import { globMatcher } from "../images/globs";
import type { Buildspec } from "./buildspec";

/** Zips the files that `artifacts` names. @throws Error in CodeBuild's words when there are none. */
export async function collectArtifact(
  artifacts: NonNullable<Buildspec["artifacts"]>,
  sourceDirectory: string,
): Promise<Buffer> {
  const base = join(sourceDirectory, artifacts["base-directory"] ?? ".");
  const matchers = artifacts.files.map((pattern) => globMatcher(posix.normalize(pattern)));
  const discardsPaths = [true, "yes"].includes(artifacts["discard-paths"] ?? false);
  const content: Record<string, Uint8Array> = {};
  const found = await readdir(base, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of found) {
    const path = relative(base, join(entry.parentPath, entry.name));
    if (!entry.isFile() || !matchers.some((matches) => matches(path))) continue;
    content[discardsPaths ? entry.name : path] = await readFile(join(base, path));
  }
  if (Object.keys(content).length === 0) {
    throw new Error(`no matching artifact paths found: ${artifacts.files.join(", ")}`);
  }
  return Buffer.from(zipSync(content));
}
