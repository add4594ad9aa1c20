import type { Log } from "../log";
import { type Prove, runRound, type TestedChecks } from "./round";
import { nowMs, wait } from "./time";

/** What green is tested with, and for how long. */
interface Soak extends TestedChecks {
  readonly waitSeconds: number;
}

/** What the hook says about green, and why. */
export interface Verdict {
  readonly status: "Succeeded" | "Failed";
  readonly reason: string;
}

const pauseBetweenRoundsMs = 10_000;
/** A listener's change, and a target that has just started, take a moment: a minute of attempts in all. */
const pauseBetweenAttemptsMs = 2_000;
const longestRowOfAttempts = 30;

/**
 * Tests green round after round until `waitSeconds` have passed since the first round that passed.
 *
 * A failed check is the verdict, unless no round has passed yet and the failure is 502, 503 or a refused connection. A
 * round that could not be proven to have reached green does not count, and is tried again. Neither is tried without end.
 * Rejects with the signal's reason when aborted.
 */
export async function soak(config: Soak, prove: Prove, log: Log, signal: AbortSignal): Promise<Verdict> {
  let firstPassMs: number | undefined;
  let attemptsInARow = 0;
  for (let number = 1; ; number++) {
    const round = await runRound(prove, config, number, signal);
    if (round.outcome === "passed") {
      log("info", `round ${number} passed`, { round: number, results: round.results });
      attemptsInARow = 0;
      const passedMs = nowMs();
      firstPassMs ??= passedMs;
      const restMs = firstPassMs + config.waitSeconds * 1000 - passedMs;
      if (restMs <= 0) return { status: "Succeeded", reason: `green passed for ${config.waitSeconds} s` };
      await wait(Math.min(restMs, pauseBetweenRoundsMs), signal);
      continue;
    }
    const { outcome, reason, ...facts } = round;
    const mayPass = outcome === "unproven" || (round.notReady && firstPassMs === undefined);
    const lastAttempt = ++attemptsInARow >= longestRowOfAttempts;
    const text = `round ${number} ${outcome === "unproven" ? "does not count" : "failed"}: ${reason}`;
    log(mayPass && !lastAttempt ? "info" : "error", text, { round: number, reason, ...facts });
    if (!mayPass) return { status: "Failed", reason };
    if (lastAttempt) return { status: "Failed", reason: `${reason} (still so after ${attemptsInARow} attempts)` };
    await wait(pauseBetweenAttemptsMs, signal);
  }
}
