import { appendFile } from "node:fs/promises";
import { join } from "node:path";

/** Who commits where the person's own name plays no part. */
const identity = { name: "Greenlight rehearsal", email: "rehearsal@greenlight.invalid" };

type Settings = readonly (readonly [section: string, name: string, value: string])[];

/** No process of git's own stays behind, and no file is written after its command has ended. */
const quiet: Settings = [
  ["gc", "auto", "0"],
  ["maintenance", "auto", "false"],
  ["core", "fsmonitor", "false"],
];

/**
 * The clone's own settings. The person's git reads the person's settings too, of which some would refuse the commit or the
 * push that the rehearsal asks for; a repository's own win.
 */
export async function configureClone(clone: string, remote: string, branch: string): Promise<void> {
  const branchSection = subsection("branch", branch);
  const urlSection = subsection("url", remote);
  await addSettings(join(clone, ".git", "config"), [
    ["user", "name", identity.name],
    ["user", "email", identity.email],
    // Nobody has a key for this name.
    ["commit", "gpgSign", "false"],
    ["tag", "gpgSign", "false"],
    ["push", "gpgSign", "false"],
    ["core", "autocrlf", "false"],
    ["core", "safecrlf", "false"],
    ["core", "hooksPath", join(clone, ".git", "hooks")],
    ["push", "default", "simple"],
    ["push", "recurseSubmodules", "no"],
    ['protocol "file"', "allow", "always"],
    ["remote", "pushDefault", "origin"],
    ['remote "origin"', "url", remote],
    ['remote "origin"', "fetch", "+refs/heads/*:refs/remotes/origin/*"],
    [branchSection, "remote", "origin"],
    [branchSection, "pushRemote", "origin"],
    [branchSection, "merge", `refs/heads/${branch}`],
    // The longest match wins: nothing else takes the remote's place.
    [urlSection, "insteadOf", remote],
    [urlSection, "pushInsteadOf", remote],
    ...quiet,
  ]);
}

/** The bare repository's own settings; the person's git is also the other end of the push. */
export async function configureRemote(remote: string): Promise<void> {
  await addSettings(join(remote, "config"), [
    ["core", "hooksPath", join(remote, "hooks")],
    ["receive", "advertisePushOptions", "true"],
    ["receive", "denyNonFastForwards", "false"],
    ["receive", "denyDeletes", "false"],
    ["receive", "autogc", "false"],
    ["receive", "maxInputSize", "0"],
    ...quiet,
  ]);
}

async function addSettings(file: string, settings: Settings): Promise<void> {
  const lines = settings.map(([section, name, value]) => `[${section}]\n\t${name} = ${quoted(value)}\n`);
  await appendFile(file, lines.join(""));
}

function subsection(section: string, name: string): string {
  return `${section} ${quoted(name)}`;
}

/** Source: git-config(1), "Syntax". */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
