import type { SecretTexts } from "../secret-texts";
import type { HttpCheck } from "./checks";
import type { Answer } from "./http";
import { matchesInTime, matchLimitMs } from "./time-limited-match";

export const defaultMaxLatencyMs = 5_000;

/**
 * Every way in which the answer is not what the check expects, each with what was expected and what came; empty if it passes.
 *
 * @param secrets what an excerpt of the answer must not show, however it is cut
 */
export function judge(check: HttpCheck, answer: Answer, secrets: SecretTexts): readonly string[] {
  return [
    ...judgeStatus(check, answer),
    ...judgeHeaders(check, answer),
    ...judgeBody(check, answer, secrets),
    ...judgeLatency(check, answer),
  ];
}

function judgeStatus({ expectStatus = 200 }: HttpCheck, { status }: Answer): string[] {
  const expected = [expectStatus].flat();
  return expected.includes(status) ? [] : [`expected status ${expected.join(" or ")}, got ${status}`];
}

function judgeHeaders({ expectHeaders = {} }: HttpCheck, { headers }: Answer): string[] {
  return Object.entries(expectHeaders).flatMap(([name, expected]) => {
    const got = [headers[name.toLowerCase()] ?? []].flat().join(", ");
    return got === expected ? [] : [`expected header ${name}: ${expected}, got ${got || "none"}`];
  });
}

function judgeBody(
  { expectBodyContains, expectBodyMatches }: HttpCheck,
  { body }: Answer,
  secrets: SecretTexts,
): string[] {
  const faults: string[] = [];
  const got = excerpt(secrets.hide(body));
  if (expectBodyContains !== undefined && !body.includes(expectBodyContains)) {
    faults.push(`expected a body that contains ${JSON.stringify(expectBodyContains)}, got ${got}`);
  }
  if (expectBodyMatches !== undefined) {
    const expected = `expected a body that matches /${expectBodyMatches}/`;
    const matches = matchesInTime(expectBodyMatches, body);
    if (matches === undefined)
      faults.push(`${expected}, and found out nothing within ${matchLimitMs} ms. Simplify expectBodyMatches`);
    else if (!matches) faults.push(`${expected}, got ${got}`);
  }
  return faults;
}

function judgeLatency({ maxLatencyMs = defaultMaxLatencyMs }: HttpCheck, { latencyMs }: Answer): string[] {
  return latencyMs <= maxLatencyMs
    ? []
    : [`expected an answer within ${maxLatencyMs} ms, got it after ${Math.ceil(latencyMs)} ms`];
}

function excerpt(body: string): string {
  return JSON.stringify(body.length > 120 ? `${body.slice(0, 120)}…` : body);
}
