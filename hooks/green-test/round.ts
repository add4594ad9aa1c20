import type { HttpCheck } from "./checks";
import { send } from "./http";
import { defaultMaxLatencyMs, judge } from "./judge";
import { describeError } from "../log";
import type { SecretTexts } from "../secret-texts";
import type { Endpoint } from "./test-listener";
import { bound, stopwatch } from "./time";

/** What a round tests green with. */
export interface TestedChecks {
  readonly checks: readonly HttpCheck[];
  /** What no result may show. */
  readonly secrets: SecretTexts;
}

/** One check, done once. */
export interface CheckResult {
  readonly check: string;
  readonly status: number | undefined;
  readonly latencyMs: number;
  /** Why it failed; undefined if it passed. */
  readonly fault: string | undefined;
  /** Failed in the way that a load balancer does for a moment after its listener has changed. */
  readonly notReady: boolean;
}

export type Round =
  | { readonly outcome: "passed"; readonly results: readonly CheckResult[] }
  /** A check failed; `notReady` if each failure is one that a starting target may show. */
  | {
      readonly outcome: "failed";
      readonly reason: string;
      readonly notReady: boolean;
      readonly results: readonly CheckResult[];
    }
  /** What answered is not known to be green: the round says nothing about green. */
  | { readonly outcome: "unproven"; readonly reason: string };

/** Returns where green answers, or throws with the reason why it is not known to be green. */
export type Prove = (signal: AbortSignal) => Promise<Endpoint>;

/**
 * Proves green, does every check in turn, and proves green again, so that what was tested was green all the while.
 * @param turn chooses the load balancer's address to begin with; each check takes the next.
 */
export async function runRound(
  prove: Prove,
  { checks, secrets }: TestedChecks,
  turn: number,
  signal: AbortSignal,
): Promise<Round> {
  const results: CheckResult[] = [];
  try {
    const endpoint = await prove(signal);
    for (const [index, check] of checks.entries()) {
      const address = endpoint.addresses[(turn + index) % endpoint.addresses.length]!;
      results.push({
        check: checkName(check, index, secrets),
        ...(await runCheck(check, secrets, endpoint, address, signal)),
      });
    }
    await prove(signal);
  } catch (error) {
    signal.throwIfAborted();
    return { outcome: "unproven", reason: describeError(error) };
  }
  const failed = results.filter(({ fault }) => fault !== undefined);
  if (failed.length === 0) return { outcome: "passed", results };
  const reason = failed.map(({ check, fault }) => `${check}: ${fault}`).join("; ");
  return { outcome: "failed", reason, notReady: failed.every(({ notReady }) => notReady), results };
}

/** Its method and path; its place in the list where they are not to be shown. */
function checkName({ method = "GET", path }: HttpCheck, index: number, secrets: SecretTexts): string {
  const name = `${method} ${path}`;
  return secrets.isIn(path) || secrets.isIn(name) ? `checks[${index}]` : name;
}

async function runCheck(
  check: HttpCheck,
  secrets: SecretTexts,
  endpoint: Endpoint,
  address: string,
  signal: AbortSignal,
): Promise<Omit<CheckResult, "check">> {
  const maxLatencyMs = check.maxLatencyMs ?? defaultMaxLatencyMs;
  const tooLate = bound(maxLatencyMs);
  const elapsedMs = stopwatch();
  try {
    const answer = await send(check, endpoint, address, AbortSignal.any([signal, tooLate]));
    const fault = secrets.hide(judge(check, answer, secrets).join(", ")) || undefined;
    const notReady = fault !== undefined && (answer.status === 502 || answer.status === 503);
    return { status: answer.status, latencyMs: Math.round(answer.latencyMs), fault, notReady };
  } catch (error) {
    signal.throwIfAborted();
    const fault = tooLate.aborted
      ? `expected an answer within ${maxLatencyMs} ms, got none`
      : `expected an answer, got ${secrets.hide(describeError(error))}`;
    const notReady = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
    return { status: undefined, latencyMs: Math.round(elapsedMs()), fault, notReady };
  }
}
