import type { Stage } from "../faults/stage";
import { failureKinds } from "../traffic/outcome";
import { type Totals, totals } from "../traffic/report";
import { isOf, type KillStage } from "./kill-stage";
import type { KilledPath, Release } from "./killed-controller";

/** What came of a release, as far as one whose controller died must be like one whose controller lived. */
export interface Performance {
  readonly status: string;
  /** Up to where it names tasks, which differ from release to release. */
  readonly reason: string | undefined;
  /** What was told of it, in order: each step, each verdict, the end. The deaths of its controller aside. */
  readonly told: readonly string[];
  /** The task sets, and where the traffic goes. */
  readonly left: string;
  readonly deaths: number;
  /** What must not be in either. */
  readonly problems: readonly string[];
}

/** Runs a release to its end, looks at what it did and left, and does what it has left to do. */
export async function perform(
  killStage: KillStage,
  release: Release,
  { path, leaves }: KilledPath,
): Promise<Performance> {
  const { stage } = killStage;
  const { events, invariants } = stage;
  const before = { events: events.length, violations: invariants.violations.length, lost: lost(stage) };
  const pids = new Set<number>();
  release.controller.on("call", () => pids.add(release.controller.pid!));
  const { status, reason } = await release.run();
  const own = events.slice(before.events).filter((event) => isOf(event, release));
  const left = describeLeft(stage, release);
  if (leaves) await killStage.finish(release);
  const isReleased = path.troubles.length === 0;
  const problems = [
    ...invariants.violations.slice(before.violations),
    ...whatIsLeft(stage, isReleased ? release.label : release.blue.label),
    ...[...pids].filter(isRunning).map((pid) => `the controller's process ${pid} still runs`),
    ...lostSince(before.lost, lost(stage)),
    ...(status === path.end ? [] : [`it ${status}, and not ${path.end}: ${reason}`]),
  ];
  return {
    status,
    reason: reason?.split(/ v\d/)[0],
    told: own.filter(({ type }) => type !== "controller.died").map(({ type, detail }) => [type, detail.step].join(" ")),
    left,
    deaths: own.filter(({ type }) => type === "controller.died").length,
    problems,
  };
}

/** What of the release is there at its end, in words that fit each release. */
function describeLeft({ rehearsal: { stack, traffic } }: Stage, { blue, label }: Release): string {
  const side = (name: string) => ({ [blue.label]: "blue", [label]: "green" })[name] ?? "another";
  const sets = stack.service
    .describeTaskSets()
    .map(({ taskSet, status }) => `${side(taskSet.label)} ${status} ${taskSet.runningCount}`);
  const { production, test } = traffic.routes.weights;
  const shares = [production, test].map((weights) => weights[blue.targetGroup.arn]);
  return `${sets.join(", ")}; blue has ${shares.join(" and ")} %`;
}

/** What differs between a release and one of the same path whose controller nobody killed. */
export function differences(killed: Performance, whole: Performance): string[] {
  const same = (what: "status" | "reason" | "left") =>
    killed[what] === whole[what] ? [] : [`${what}: ${killed[what]}, and not ${whole[what]}`];
  const told = killed.told.join(", ") === whole.told.join(", ") ? [] : [`it told: ${killed.told.join(", ")}`];
  return [...same("status"), ...same("reason"), ...same("left"), ...told];
}

/** Exactly one version must be left: its task set is the primary one, all its tasks run, and both listeners are on it. */
export function whatIsLeft({ rehearsal: { stack, traffic } }: Stage, label: string): string[] {
  const { service } = stack;
  const problems: string[] = [];
  const taskSets = service.describeTaskSets().map(({ taskSet, status }) => `${taskSet.label} ${status}`);
  if (taskSets.join() !== `${label} PRIMARY`) problems.push(`there are ${taskSets.join(", ")}, and not ${label} alone`);
  if (stack.runningVersions.join() !== Array(service.desiredCount).fill(label).join())
    problems.push(`${stack.runningVersions.join(", ") || "nothing"} runs`);
  const arn = service.primaryTaskSet?.targetGroup.arn;
  for (const [route, shares] of Object.entries(traffic.routes.weights)) {
    const used = Object.keys(shares).filter((group) => shares[group]! > 0);
    if (used.join() !== arn) problems.push(`${route} traffic is not on ${label} alone`);
  }
  return problems;
}

export function lost({ traffic }: Stage): Totals["byKind"] {
  return totals(traffic.snapshot()).byKind;
}

export function lostSince(before: Totals["byKind"], now: Totals["byKind"]): string[] {
  const kinds = failureKinds.filter((kind) => now[kind] > before[kind]);
  return kinds.map((kind) => `${now[kind] - before[kind]} production requests were lost: ${kind}`);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
