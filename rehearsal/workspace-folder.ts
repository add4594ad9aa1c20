import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { homedir, tmpdir } from "node:os";

/** Why a folder for temporary files cannot be used. */
interface Unusable {
  readonly folder: string;
  readonly reason: string;
}

/**
 * Makes a new folder `greenlight-…` in which programs can be started: stand-ins and a git hook lie there. The first of
 * `folders` that can be used holds it; `warn` gets a line when that is not the first.
 *
 * @throws Error with the reason for each, and what to do
 */
export async function makeWorkspaceFolder(
  folders: readonly string[] = usualFolders(),
  warn: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<string> {
  const unusable: Unusable[] = [];
  for (const folder of folders) {
    const made = await tryFolder(folder);
    if (typeof made === "string") {
      const [first] = unusable;
      if (first) warn(`${first.folder} is not used for temporary files: ${first.reason}. ${folder} is used instead.`);
      return made;
    }
    unusable.push(made);
  }
  const reasons = unusable.map(({ folder, reason }) => `  ${folder}: ${reason}`);
  const wayOut = "Set TMPDIR to a folder in which programs may be started and whose path has no colon.";
  throw new Error(["There is no folder for temporary files:", ...reasons, wayOut].join("\n"));
}

function usualFolders(): string[] {
  return [...new Set([tmpdir(), "/tmp", "/var/tmp", ...cacheFolder(), "/dev/shm"])];
}

/** None is made for this: nothing is to be left behind. */
function cacheFolder(): string[] {
  try {
    const folder = join(homedir(), ".cache");
    return existsSync(folder) ? [folder] : [];
  } catch {
    // The system does not know this user.
    return [];
  }
}

async function tryFolder(folder: string): Promise<string | Unusable> {
  let made: string | undefined;
  try {
    made = await realpath(await mkdtemp(join(folder, "greenlight-")));
    const reason = made.includes(delimiter)
      ? `its path has a colon, which separates the folders of PATH`
      : await whyNoProgramStarts(made);
    if (reason === undefined) return made;
    await rm(made, { recursive: true, force: true });
    return { folder, reason };
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    return { folder, reason: (error as Error).message };
  }
}

/** Starts a script there, as a build starts a stand-in, and git a hook. */
async function whyNoProgramStarts(directory: string): Promise<string | undefined> {
  const program = join(directory, "program");
  await writeFile(program, "#!/bin/sh\necho started\n", { mode: 0o700 });
  const { stdout, error } = spawnSync(program, { encoding: "utf8", env: {} });
  await rm(program);
  if (stdout === "started\n") return undefined;
  const code = (error as { readonly code?: string } | undefined)?.code ?? "unknown";
  return code === "EACCES" ? "no program may be started there (noexec)" : `a program there does not start: ${code}`;
}
