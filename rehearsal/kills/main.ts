import { parseArgs } from "node:util";
import { join } from "node:path";
import { align, describeTotals } from "../traffic/report";
import { canFail, KillStage } from "./kill-stage";
import { performKilled, rehearsePath, type Rehearsed } from "./matrix";
import { type Path, paths } from "./paths";
import type { Point } from "./points";

const sideBySide = 3;

const usage = "Usage: npm run kills -- [--path NAME] (of one path through the machine only)";

/** Kills the controller of one release after another, each at another point, and prints what came of it. */
async function main(): Promise<number> {
  const { path: only } = parseArgs({ options: { path: { type: "string" } } }).values;
  const all = paths({ approval: true, rollbackOnFailure: true, rollbackOnStop: true, rollbackOnAlarm: true }).filter(
    ({ trouble }) => trouble?.outcome !== "failed" || canFail(trouble.step),
  );
  const chosen = all.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0)
    throw new Error(`--path: there is no ${only}; there are ${all.map(({ name }) => name).join(", ")}\n${usage}`);
  process.chdir(join(__dirname, "../.."));
  const stages = await Promise.all(Array.from({ length: sideBySide }, () => KillStage.set()));
  try {
    return await run(stages, chosen);
  } finally {
    await Promise.all(stages.map(({ stage }) => stage.close()));
  }
}

async function run(stages: readonly KillStage[], chosen: readonly Path[]): Promise<number> {
  const rehearsed: Rehearsed[] = [];
  await share(stages, chosen, async (stage, path) => void rehearsed.push(await rehearsePath(stage, path)));
  rehearsed.sort((one, other) => chosen.indexOf(one.path) - chosen.indexOf(other.path));
  const failed = new Map<Path, number>();
  const work = rehearsed.flatMap(({ points, whole }) => points.map((point) => ({ point, whole })));
  await share(stages, work, async (stage, { point, whole }) => {
    const problems = await performKilled(stage, whole, point).catch((error: Error) => [error.message]);
    if (problems.length === 0) return;
    failed.set(point.path, (failed.get(point.path) ?? 0) + 1);
    process.stdout.write(`FAILED ${describe(point)}\n${problems.map((problem) => `         ${problem}\n`).join("")}`);
  });
  const rows = rehearsed.map(({ path, points }) => {
    const steps = new Set(points.map(({ step }) => step));
    return [path.name, path.end, String(steps.size), String(points.length), String(failed.get(path) ?? 0)];
  });
  const table = align([["path through the machine", "end", "steps killed in", "points", "failed"], ...rows]);
  process.stdout.write(`\n${table.join("\n")}\n\n`);
  for (const { stage } of stages) process.stdout.write(`${describeTotals(await stage.traffic.stop())}\n`);
  const failures = [...failed.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`\n${work.length - failures} passed, ${failures} failed\n`);
  return failures === 0 ? 0 : 1;
}

/** Does all of the work, one thing at a time on each stage. */
async function share<T>(
  stages: readonly KillStage[],
  work: readonly T[],
  perform: (stage: KillStage, one: T) => Promise<void>,
): Promise<void> {
  const waiting = [...work];
  await Promise.all(
    stages.map(async (stage) => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await perform(stage, one);
    }),
  );
}

function describe({ path, step, operation, moment }: Point): string {
  return `${path.name}: killed in ${step}, ${moment} ${operation}`;
}

main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  },
);
