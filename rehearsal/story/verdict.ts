import type { Observation } from "../terminal/summary";
import type { Totals } from "../traffic/report";

export interface Evidence {
  readonly observations: readonly Observation[];
  readonly totals: Totals;
  readonly pipelineStatus: string;
  readonly reason: string | undefined;
  /** Tasks that still run at the end, by version. */
  readonly running: readonly string[];
  /** The versions: what was live before, and what was released. */
  readonly before: string;
  readonly released: string;
}

export interface Verdict {
  readonly succeeded: boolean;
  readonly text: string;
}

/** What must have been seen, in this order, of a release that went through. */
export function judgeRelease(evidence: Evidence): Verdict {
  const { before, released } = evidence;
  const expected: Observation[] = [
    { when: "before the release", production: before, test: before },
    { when: "while green is installed", production: before, test: before },
    { when: "test traffic is on green", production: before, test: released },
    { when: "production has shifted", production: released, test: released },
    { when: "blue is stopped", production: released, test: released },
  ];
  const missing = [
    ...(evidence.pipelineStatus === "Succeeded"
      ? []
      : [`the pipeline run ${evidence.pipelineStatus}: ${evidence.reason}`]),
    ...notSeen(expected, evidence.observations),
    ...lost(evidence.totals),
    ...stillRunning(evidence.running, released),
  ];
  if (missing.length > 0) return { succeeded: false, text: missing.join("; ") };
  return { succeeded: true, text: `${released} was released, ${before} stopped, and not one request was lost` };
}

/** What must have been seen of a release with a fault: it was stopped in time, and undone. */
export function judgeRollback(evidence: Evidence): Verdict {
  const { before } = evidence;
  const expected: Observation[] = [
    { when: "before the release", production: before, test: before },
    { when: "after the rollback", production: before, test: before },
  ];
  const missing = [
    ...(evidence.pipelineStatus === "Failed"
      ? []
      : [`the pipeline run ${evidence.pipelineStatus}, and should have failed`]),
    ...notSeen(expected, evidence.observations),
    ...lost(evidence.totals),
    ...stillRunning(evidence.running, before),
  ];
  if (missing.length > 0) return { succeeded: false, text: missing.join("; ") };
  return {
    succeeded: true,
    text: `the faulty version was rolled back, ${before} is live, and not one request was lost`,
  };
}

function notSeen(expected: readonly Observation[], seen: readonly Observation[]): string[] {
  return expected.flatMap(({ when, production, test }) => {
    const found = seen.find((observation) => observation.when === when);
    if (found?.production === production && found.test === test) return [];
    const instead = found ? `answered ${found.production} and ${found.test}` : "was not seen";
    return [`${when}: expected production ${production} and test ${test}; it ${instead}`];
  });
}

function lost({ failed, sent }: Totals): string[] {
  if (sent === 0) return ["no production request was sent"];
  return failed === 0 ? [] : [`${failed} of ${sent} production requests were lost`];
}

function stillRunning(running: readonly string[], expected: string): string[] {
  const others = running.filter((version) => version !== expected);
  if (others.length > 0) return [`tasks of ${[...new Set(others)].join(", ")} still run`];
  return running.length > 0 ? [] : [`no task of ${expected} runs`];
}
