import type { HttpCheck } from "./checks";
import type { Answer } from "./http";

export const defaultMaxLatencyMs = 5_000;

/** Every way in which the answer is not what the check expects, each with what was expected and what came; empty if it passes. */
export function judge(check: HttpCheck, answer: Answer): readonly string[] {
  return [
    ...judgeStatus(check, answer),
    ...judgeHeaders(check, answer),
    ...judgeBody(check, answer),
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

function judgeBody({ expectBodyContains, expectBodyMatches }: HttpCheck, { body }: Answer): string[] {
  const faults: string[] = [];
  if (expectBodyContains !== undefined && !body.includes(expectBodyContains)) {
    faults.push(`expected a body that contains ${JSON.stringify(expectBodyContains)}, got ${excerpt(body)}`);
  }
  if (expectBodyMatches !== undefined && !new RegExp(expectBodyMatches).test(body)) {
    faults.push(`expected a body that matches /${expectBodyMatches}/, got ${excerpt(body)}`);
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
