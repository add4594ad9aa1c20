import { parseArgs } from "node:util";
import { join } from "node:path";
import { describeTotals, totals } from "../traffic/report";
import type { EndState, Fault } from "./fault";
import { Stage } from "./stage";
import { faults } from "./table";

const sideBySide = 2;

/** Runs the rows, two at a time, and prints what came of each. */
async function main(): Promise<number> {
  const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
  const rows = faults.filter(({ name }) => only === undefined || name === only);
  if (rows.length === 0) {
    process.stderr.write(`--only: there is no ${only}; there are ${faults.map(({ name }) => name).join(", ")}\n`);
    return 2;
  }
  process.chdir(join(__dirname, "../.."));
  const waiting = [...rows];
  let failed = 0;
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      const problems = await attempt(row);
      if (problems.length > 0) failed++;
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  process.stdout.write(`\n${rows.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** Prints the row, and returns what is wrong with it. */
async function attempt(row: Fault): Promise<string[]> {
  const problems: string[] = [];
  let seen = "";
  try {
    const stage = await Stage.set(row);
    try {
      await row.run(stage);
      const report = await stage.traffic.stop();
      const endState = endStateOf(stage);
      const { endState: expected, noticed, live: expectedLive } = row.expected;
      const notice = stage.events.find(({ source, text }) => source === noticed.by && noticed.saying.test(text));
      const { failed, sent } = totals(report);
      const { losing } = row.expected;
      const allowed = losing === undefined ? 0 : (report.failedBy[losing] ?? 0);
      const reason = stage.results.at(-1)?.reason ?? "";
      const live = new Set(stage.rehearsal.stack.runningVersions);
      const wanted = expectedLive ?? (expected === "released" ? "v2" : "v1");
      if (endState !== expected) problems.push(`expected ${expected}: ${reason}`);
      if (!notice) problems.push(`${noticed.by} did not say ${noticed.saying}`);
      if (expected !== "released" && !noticed.saying.test(reason)) problems.push(`the reason is ${reason}`);
      if (failed > allowed || sent === 0) problems.push("production requests were lost");
      if (losing !== undefined && allowed === 0) problems.push(`${losing} lost no request, so nothing was shown`);
      if (live.size !== 1 || !live.has(wanted)) problems.push(`${[...live].join(", ")} run; expected ${wanted} alone`);
      problems.push(...stage.invariants.violations);
      seen = [notice ? noticed.by : "nobody", endState, describeTotals(report)].join(" | ");
    } finally {
      await stage.close();
    }
  } catch (error) {
    problems.push((error as Error).message);
  }
  process.stdout.write(
    `${problems.length === 0 ? "ok    " : "FAILED"} ${row.name.padEnd(20)} ${row.fault} | ${seen}\n`,
  );
  for (const problem of problems) process.stdout.write(`         ${problem}\n`);
  return problems;
}

function endStateOf({ events, results }: Stage): EndState {
  if (results.at(-1)?.status === "Succeeded") return "released";
  const types = new Set(events.filter(({ source }) => source === "codedeploy").map(({ type }) => type));
  if (types.has("deployment.stopped")) return "stopped";
  return types.has("deployment.failed") ? "rolled back" : "refused";
}

main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  },
);
