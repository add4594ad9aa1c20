import { randomInt } from "node:crypto";
import { join } from "node:path";
import { align, describeTotals } from "../traffic/report";
import { runCommand } from "../run-command";
import { sideBySide } from "../side-by-side";
import { KillStage } from "./kill-stage";
import { performKilled, rehearsePath, type Rehearsed } from "./matrix";
import { type Chosen, parseKillsOptions } from "./options";
import type { Point } from "./points";

/** Stages at a time. */
const stagesAtATime = 4;

/** The paths of one controller, and how many of their points failed. */
interface Matrix {
  readonly controller: Chosen["controller"];
  readonly rehearsed: readonly Rehearsed[];
  /** How many points failed, by the path's name. */
  readonly failed: ReadonlyMap<string, number>;
  readonly clients: readonly string[];
}

interface Sample {
  readonly every: number;
  readonly first: number;
}

/** Kills the controller of one release after another, each at another point, and prints what came of it. */
async function main(): Promise<number> {
  const { chosen, every } = parseKillsOptions(process.argv.slice(2));
  const first = randomInt(every);
  if (every > 1) process.stdout.write(`one of ${every} points, from number ${first + 1} on\n`);
  process.chdir(join(__dirname, "../.."));
  const matrices: Matrix[] = [];
  for (const one of chosen) matrices.push(await perform(one, { every, first }));
  const rows = matrices.flatMap(({ controller, rehearsed, failed }) =>
    rehearsed.map(({ killed: { path }, points }) => {
      const steps = new Set(points.map(({ step }) => step));
      const counts = [steps.size, points.length, failed.get(path.name) ?? 0];
      return [controller.name, path.name, path.end, ...counts.map(String)];
    }),
  );
  const head = ["controller", "path through its machine", "end", "steps killed in", "points", "failed"];
  process.stdout.write(`\n${align([head, ...rows]).join("\n")}\n\n`);
  for (const { controller, clients } of matrices)
    process.stdout.write(clients.map((line) => `${controller.name}: ${line}\n`).join(""));
  const points = matrices.flatMap(({ rehearsed }) => rehearsed.flatMap((one) => one.points)).length;
  const failures = matrices.flatMap(({ failed }) => [...failed.values()]).reduce((sum, count) => sum + count, 0);
  process.stdout.write(`\n${points - failures} passed, ${failures} failed\n`);
  return failures === 0 ? 0 : 1;
}

async function perform({ controller, paths }: Chosen, sample: Sample): Promise<Matrix> {
  const stages = await Promise.all(Array.from({ length: stagesAtATime }, () => KillStage.set(controller)));
  try {
    const whole: Rehearsed[] = [];
    await sideBySide(stages, paths, async (path, stage) => void whole.push(await rehearsePath(stage, path)));
    whole.sort((one, other) => paths.indexOf(one.killed) - paths.indexOf(other.killed));
    const rehearsed = sampled(whole, sample);
    const failed = new Map<string, number>();
    const work = rehearsed.flatMap(({ points, whole }) => points.map((point) => ({ point, whole })));
    await sideBySide(stages, work, async ({ point, whole }, stage) => {
      const problems = await performKilled(stage, whole, point).catch((error: Error) => [error.message]);
      if (problems.length === 0) return;
      const { name } = point.killed.path;
      failed.set(name, (failed.get(name) ?? 0) + 1);
      const lines = problems.map((problem) => `         ${problem}\n`).join("");
      process.stdout.write(`FAILED ${controller.name}: ${describe(point)}\n${lines}`);
    });
    const clients = await Promise.all(stages.map(async ({ stage }) => describeTotals(await stage.traffic.stop())));
    return { controller, rehearsed, failed, clients };
  } finally {
    await Promise.all(stages.map(({ stage }) => stage.close()));
  }
}

/** The points with the numbers `first`, `first + every` and so on, over all paths. */
function sampled(rehearsed: readonly Rehearsed[], { every, first }: Sample): Rehearsed[] {
  let number = 0;
  return rehearsed.map((one) => ({ ...one, points: one.points.filter(() => number++ % every === first) }));
}

function describe({ killed, step, operation, moment }: Point): string {
  return `${killed.path.name}: killed in ${step}, ${moment} ${operation}`;
}

runCommand(main);
