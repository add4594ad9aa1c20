import { validateHeaderName, validateHeaderValue } from "node:http";
import type { HttpCheck } from "./checks";

interface Shape {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Shape = { expected: "text", holds: (value) => typeof value === "string" };
const headers: Shape = { expected: "headers by name", holds: (value) => isObject(value) && areHeaders(value) };

const shapes: Readonly<Record<keyof HttpCheck, Shape>> = {
  path: {
    expected: "a path from / without spaces",
    holds: (value) => typeof value === "string" && /^\/[!-ÿ]*$/.test(value),
  },
  method: {
    expected: "an HTTP method",
    holds: (value) => typeof value === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(value),
  },
  headers,
  body: text,
  expectStatus: {
    expected: "a status or a list of them",
    holds: (value) => [value].flat().every((status) => typeof status === "number"),
  },
  expectHeaders: headers,
  expectBodyContains: text,
  expectBodyMatches: text,
  maxLatencyMs: { expected: "milliseconds", holds: (value) => typeof value === "number" && value > 0 },
};

/** All that is wrong with a list of checks, so that nobody waits for one that can never be sent. */
export function checkMistakes(checks: readonly unknown[]): string[] {
  return checks.flatMap((check, index) => {
    const at = `checks[${index}]`;
    if (!isObject(check)) return [mistake(at, "an HTTP check", check)];
    return Object.entries(shapes)
      .filter(([field, { holds }]) => (field === "path" || check[field] !== undefined) && !holds(check[field]))
      .map(([field, { expected }]) => mistake(`${at}.${field}`, expected, check[field]));
  });
}

function mistake(where: string, expected: string, found: unknown): string {
  return `\`${where}\` must be ${expected}; found ${JSON.stringify(found) ?? "nothing"}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areHeaders(value: Readonly<Record<string, unknown>>): boolean {
  try {
    for (const [name, content] of Object.entries(value)) {
      if (typeof content !== "string") return false;
      validateHeaderName(name);
      validateHeaderValue(name, content);
    }
    return true;
  } catch {
    return false;
  }
}
