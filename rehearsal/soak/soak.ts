import { Stage } from "../faults/stage";
import { startTrafficProcess } from "../traffic/meter-process";
import { totals, type TrafficReport } from "../traffic/report";
import { isSmall, mix } from "./mix";
import { Phases } from "./phases";
import { fallenBehind } from "./fallen-behind";
import { type Round, roundsOf } from "./rounds";
import type { Strategy } from "../faults/strategies";

export interface SoakRequest {
  readonly strategy: Strategy;
  /** At least so many requests, and at least one round of releases and rollbacks. */
  readonly requests: number;
  readonly ratePerSecond: number;
  /** Told now and then how many requests were sent so far, and how many of them were lost. */
  readonly onProgress: (sent: number, lost: number) => void;
}

export interface SoakResult {
  readonly strategy: string;
  readonly released: number;
  readonly rolledBack: number;
  readonly report: TrafficReport;
  readonly phases: Phases;
  /** What was not as it should be, but for the counts in the report. */
  readonly problems: readonly string[];
}

/** Real milliseconds between two releases; about as long as one takes. */
const quietMs = 2_000;
const progressMs = 500;
/** Longest time until an answer must be complete, in real milliseconds: a load balancer's idle timeout. How slow they are is for the percentiles to tell. */
const timeoutMs = 60_000;

/**
 * Releases and rolls back on one stage, again and again, until there were enough requests.
 *
 * @throws Error if the machine does not keep up with the rate: what came of it then would say nothing of releases
 */
export async function soak({ strategy, requests, ratePerSecond, onProgress }: SoakRequest): Promise<SoakResult> {
  const phases = new Phases(isSmall);
  const problems: string[] = [];
  const ended = { released: 0, rolledBack: 0 };
  const stage = await Stage.set({ settings: strategy.settings, mix }, (options) =>
    startTrafficProcess({ ...options, ratePerSecond, timeoutMs, onSuccess: phases.record }),
  );
  const counts = () => totals(stage.traffic.snapshot());
  const telling = setInterval(() => onProgress(counts().sent, counts().failed), progressMs);
  try {
    const { clock } = stage.timeline;
    const startedMs = clock.elapsedMs;
    const release = async ({ what, image, undone, prepare }: Round): Promise<void> => {
      prepare?.();
      phases.begin(clock.elapsedMs);
      const reason = await stage.deploy(image);
      phases.end(clock.elapsedMs);
      ended[reason === undefined ? "released" : "rolledBack"]++;
      const asExpected = undone ? undone.test(reason ?? "") : reason === undefined;
      if (!asExpected) problems.push(`${strategy.name}: ${what} ended with ${reason ?? "success"}`);
    };
    const rounds = await roundsOf(stage);
    for (let count = 0; count < rounds.length || counts().sent < requests; count++) {
      await release(rounds[count % rounds.length]!);
      await clock.wait(quietMs * clock.scale);
      const behind = fallenBehind(stage.traffic.snapshot(), clock.elapsedMs - startedMs);
      if (behind !== undefined) throw new Error(`${strategy.name}: ${behind}`);
    }
    const report = await stage.traffic.stop();
    problems.push(...stage.invariants.violations.map((violation) => `${strategy.name}: ${violation}`));
    return { strategy: strategy.name, ...ended, report, phases, problems };
  } finally {
    clearInterval(telling);
    await stage.close();
  }
}
