import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { removeTree } from "../sandbox/remove-tree";
import { overlay } from "./copy";
import type { RunMount } from "./run-mounts";
import type { Step } from "./step";
import { TreeIndex } from "./tree-index";
import { readTree, type Tree, writeTree } from "./tree";

/** Options that choose what is installed and what is printed, never where. */
const options = [
  "--(only|omit|include|loglevel|reporter|network-timeout|network-concurrency|fetch-timeout)[= ][\\w-]+",
  "--(no-)?(audit|fund|progress|optional|save|frozen-lockfile|package-lock|update-notifier)",
  "--(production|prod|dev|pure-lockfile|immutable|prefer-offline|ignore-scripts|legacy-peer-deps|force|silent)",
  "--(quiet|verbose|non-interactive|no-save|strict-peer-dependencies|ignore-engines|ignore-optional)",
  "-[PD]",
].join("|");
const installs = new RegExp(`^(npm (ci|i|install)|pnpm (i|install)|yarn( install)?)( (${options}))*$`);

/**
 * RUN where nothing confines a program: only a package manager's install, without the packages' scripts. Every other
 * line is named and left out.
 */
export async function runConfined(step: Step, mounts: readonly RunMount[]): Promise<Tree> {
  const { instruction, state, build } = step;
  const commands = instruction.argument.split("&&").map((text) => text.trim().replace(/\s+/g, " "));
  const isInstall =
    !instruction.execForm && commands.every((text) => installs.test(text) || /^npm cache clean/.test(text));
  if (!isInstall) {
    build.output(` ---> Line ${instruction.line} is not carried out, since nothing can confine it here`);
    build.notes.leaveOut(instruction.line);
    return state.tree;
  }
  const builds = join(build.store.directory, "engine", "builds");
  await mkdir(builds, { recursive: true });
  const place = await mkdtemp(join(builds, "run-"));
  try {
    const root = join(place, "root");
    const mounted = mounts.reduce(withMount, state.tree);
    await writeTree(mounted, root, build.store.blobs);
    const workingDirectory = join(root, new TreeIndex(state.tree).resolve(state.config.WorkingDir));
    await mkdir(workingDirectory, { recursive: true });
    for (const text of commands.filter((command) => installs.test(command))) {
      const status = await install(text.split(" "), workingDirectory, place, step);
      if (status !== 0) throw step.error(`The command '${text}' returned a non-zero code: ${status}`);
    }
    const known = new Set(state.tree.map(({ path }) => path));
    const passing = new Set(mounted.map(({ path }) => path).filter((path) => !known.has(path)));
    return (await readTree(root, build.store.blobs)).filter(({ path }) => !passing.has(path));
  } finally {
    await removeTree(place);
  }
}

/** A bind mount's files are copied; a cache is empty at first, as in Docker. */
function withMount(tree: Tree, mount: RunMount): Tree {
  if (mount.type !== "bind") return tree;
  const target = mount.target.slice(1);
  const placed = mount.tree.map((entry) => ({
    ...entry,
    path: mount.name === undefined ? `${target}/${entry.path}` : target,
  }));
  return overlay(tree, placed);
}

async function install(
  [program = "", ...words]: readonly string[],
  cwd: string,
  place: string,
  step: Step,
): Promise<number> {
  const { registries, output } = step.build;
  const npmrc = join(place, "npmrc");
  const home = join(place, "home");
  await writeFile(npmrc, registries.npmrc);
  await mkdir(home, { recursive: true });
  const child = spawn(program, [...words, "--ignore-scripts"], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...registries.environment,
      npm_config_cache: registries.cacheDirectory,
      npm_config_prefer_offline: "true",
      npm_config_globalconfig: npmrc,
      npm_config_userconfig: join(home, ".npmrc"),
      npm_config_git: "git",
      npm_config_update_notifier: "false",
      npm_config_fund: "false",
      npm_config_audit: "false",
      npm_config_ignore_scripts: "true",
      YARN_ENABLE_SCRIPTS: "false",
      YARN_IGNORE_PATH: "1",
      ...Object.fromEntries(
        [...step.variables].filter(([name]) => !/^(npm_config|yarn)_|^(PATH|HOME|NODE_OPTIONS)$/i.test(name)),
      ),
      HOME: home,
      PATH: [dirname(process.execPath), process.env.PATH].join(":"),
    },
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", output);
  const closed = once(child, "close") as Promise<[number | null]>;
  const [status] = await closed.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    output(`${program} is not on this machine`);
    return [127];
  });
  return status ?? 137;
}
