import { describeTotals, totals, type TrafficReport } from "../traffic/report";
import { deploymentEnd, watchedStep } from "../deployment-steps";
import type { EndState, Row } from "./fault";
import { Stage } from "./stage";

/** What came of a row. */
export interface RowResult {
  readonly row: Row;
  readonly noticedBy: string;
  readonly endState: EndState | "none";
  /** What the clients saw. */
  readonly clients: string;
  /** What is not as expected. */
  readonly problems: readonly string[];
}

/** Performs a row on a stage of its own, and judges what came of it. */
export async function perform(row: Row): Promise<RowResult> {
  let stage: Stage;
  try {
    stage = await Stage.set(row);
  } catch (error) {
    return notCreated(row, error as Error);
  }
  try {
    const measured = await row.run(stage);
    return judge(row, stage, await stage.traffic.stop(), typeof measured === "string" ? `; ${measured}` : "");
  } catch (error) {
    return { row, noticedBy: "nobody", endState: "none", clients: "", problems: [(error as Error).message] };
  } finally {
    await stage.close();
  }
}

function notCreated(row: Row, { message }: Error): RowResult {
  const { endState, noticed } = row.expected;
  const asExpected = endState === "not created" && noticed.saying.test(message);
  const problems = asExpected ? [] : [message];
  return { row, noticedBy: "pulumi", endState: "not created", clients: "–", problems };
}

function judge(row: Row, stage: Stage, report: TrafficReport, measured: string): RowResult {
  const { endState: expected, noticed, live = expected === "released" ? "v2" : "v1", losing, mayLose } = row.expected;
  const problems: string[] = [];
  const endState = endStateOf(stage);
  const reason = stage.results.at(-1)?.reason ?? "";
  const notice = stage.events.find(({ source, text }) => source === noticed.by && noticed.saying.test(text));
  if (endState !== expected) problems.push(`expected ${expected}: ${reason}`);
  if (!notice) problems.push(`${noticed.by} did not say ${noticed.saying}`);
  if (expected !== "released" && !noticed.saying.test(reason)) problems.push(`the reason is ${reason}`);

  const { failed, sent } = totals(report);
  const lostBy = (version: string | undefined) => (version === undefined ? 0 : (report.failedBy[version] ?? 0));
  if (failed > lostBy(losing ?? mayLose) || sent === 0) problems.push("production requests were lost");
  if (losing !== undefined && lostBy(losing) === 0) problems.push(`${losing} lost no request, so nothing was shown`);

  const running = new Set(stage.rehearsal.stack.runningVersions);
  if (running.size !== 1 || !running.has(live)) problems.push(`${[...running].join(", ")} run; expected ${live} alone`);
  problems.push(...stage.invariants.violations);
  const clients = `${describeTotals(report).split(":")[0]}${measured}`;
  return { row, noticedBy: notice ? noticed.by : "nobody", endState, clients, problems };
}

function endStateOf({ events, results }: Stage): EndState {
  if (results.at(-1)?.status === "Succeeded") return "released";
  const end = events.flatMap((event) => deploymentEnd(event) ?? []).at(-1);
  if (end === undefined || end === "released") return "refused";
  const steps = events.flatMap((event) => watchedStep(event) ?? []);
  return steps.some(({ phase, effects }) => phase === "failed" && effects.includes("goBack")) ? "stuck" : end;
}
