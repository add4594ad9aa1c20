import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "./blob-store";
import { runCommand } from "./run-command";
import { planRun } from "./run-line";
import { shellQuote } from "./shell-quote";
import type { StageState, Step } from "./step";
import { overlay } from "./copy";
import { readTree, type Tree, writeTree } from "./tree";

/** RUN. @throws Error if the command fails */
export function run(step: Step): Promise<StageState> {
  const { instruction, state } = step;
  // Docker lays bind mounts over the image while the command runs; cache mounts are this machine's npm cache.
  const mounts = instruction.flags
    .filter(([name]) => name === "mount")
    .map(([, value]) => new Map(value.split(",").map((part) => part.split("=", 2) as [string, string])))
    .filter((mount) => (mount.get("type") ?? "bind") === "bind");
  const mounted = mounts.flatMap((mount) =>
    step.select(mount.get("from"), {
      sources: [mount.get("source") ?? mount.get("src") ?? "."],
      destination: mount.get("target") ?? mount.get("dst") ?? mount.get("destination") ?? ".",
    }),
  );
  const known = new Set(state.tree.map(({ path }) => path));
  const passing = new Set(mounted.map(({ path }) => path).filter((path) => !known.has(path)));
  const work = async () => {
    const result = await runOver(overlay(state.tree, mounted), step);
    return result.filter(({ path }) => !passing.has(path));
  };
  return step.cached(work, [...state.arguments], digestOf(JSON.stringify(mounted)));
}

/** The files after the command has run over `tree`. */
async function runOver(tree: Tree, { instruction, state, build, variables }: Step): Promise<Tree> {
  const builds = join(build.store.directory, "engine", "builds");
  await mkdir(builds, { recursive: true });
  const root = await mkdtemp(join(builds, "rootfs-"));
  try {
    const line = instruction.execForm?.map(shellQuote).join(" ");
    const text = line ?? instruction.argument;
    const plan = planRun(text, { root, workingDirectory: state.config.WorkingDir, variables });
    for (const skipped of plan.skipped) build.output(` ---> Not run on this machine: ${skipped}`);
    if (plan.script === undefined) return tree;
    await writeTree(tree, root, build.store.blobs);
    const status = await runCommand({
      script: plan.script,
      root,
      workingDirectory: join(root, state.config.WorkingDir),
      variables: Object.fromEntries(variables),
      npm: build.npm,
      output: build.output,
    });
    if (status !== 0) {
      const hint = status === 127 ? " (a command is not installed on this machine, which stands in for the image)" : "";
      throw new Error(`The command '/bin/sh -c ${text}' returned a non-zero code: ${status}${hint}`);
    }
    return await readTree(root, build.store.blobs);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
