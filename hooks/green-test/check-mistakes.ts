import { validateHeaderName, validateHeaderValue } from "node:http";
import type { HttpCheck } from "./checks";

/** What is wrong with one field, and where it stands: `checks[0].path`. */
interface Mistake {
  readonly path: string;
  readonly message: string;
}

interface Shape {
  readonly expected: string;
  /** Not to be shown, since it may hold a credential. @default false */
  readonly hidden?: true;
  readonly holds: (value: unknown) => boolean;
}

const text: Shape = { expected: "text", holds: (value) => typeof value === "string" };
const headers: Shape = {
  expected: "headers by name",
  hidden: true,
  holds: (value) => isObject(value) && areHeaders(value),
};

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
  body: { ...text, hidden: true },
  expectStatus: {
    expected: "a status or a list of them",
    holds: (value) => {
      const statuses = [value].flat();
      return statuses.length > 0 && statuses.every((status) => isWhole(status, 100, 599));
    },
  },
  expectHeaders: headers,
  expectBodyContains: text,
  expectBodyMatches: {
    expected: "a regular expression",
    holds: (value) => typeof value === "string" && isRegExp(value),
  },
  maxLatencyMs: { expected: "1 to 60000 milliseconds", holds: (value) => isWhole(value, 1, 60_000) },
};

/** All that is wrong with a list of checks, so that nobody waits for one that can never be sent. */
export function checkMistakes(checks: unknown): Mistake[] {
  if (!Array.isArray(checks)) return [mistake("checks", "a list of HTTP checks", checks)];
  if (checks.length === 0)
    return [{ path: "checks", message: "is empty; a test without a check would pass anything." }];
  return checks.flatMap((check: unknown, index) => {
    const path = `checks[${index}]`;
    if (!isObject(check)) return [mistake(path, "an HTTP check", check)];
    return Object.entries(shapes)
      .filter(([field, { holds }]) => (field === "path" || check[field] !== undefined) && !holds(check[field]))
      .map(([field, { expected, hidden }]) => mistake(`${path}.${field}`, expected, check[field], hidden));
  });
}

function mistake(path: string, expected: string, found: unknown, hidden = false): Mistake {
  if (hidden) return { path, message: `is not shown, since it may hold a credential; expected ${expected}.` };
  const what = found === undefined ? "missing" : JSON.stringify(found);
  return { path, message: `is ${what}; expected ${expected}.` };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
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

function isRegExp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
