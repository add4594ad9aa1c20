import { http, numberMistake, type TextRule, textMistake } from "../../aws-rules";
import type { HttpCheck } from "./checks";

/** What is wrong with one field, and where it stands: `checks[0].path`. */
interface Mistake {
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a field's value, and where within the field. */
type Judge = (value: unknown) => readonly Mistake[];

const text = plain("text", (value) => typeof value === "string");
const statuses = plain("a status or a list of them", (value) => {
  const list = [value].flat();
  return (
    list.length > 0 && list.every((one) => typeof one === "number" && numberMistake(http.status, one) === undefined)
  );
});
const milliseconds = plain("1 to 60000 milliseconds", (value) => isWhole(value, 1, 60_000));
const regularExpression = plain("a regular expression", (value) => typeof value === "string" && isRegExp(value));

const judges: Readonly<Record<keyof HttpCheck, Judge>> = {
  path: ruled(http.requestPath),
  method: ruled(http.requestMethod),
  headers,
  body: plain("text", (value) => typeof value === "string", true),
  expectStatus: statuses,
  expectHeaders: headers,
  expectBodyContains: text,
  expectBodyMatches: regularExpression,
  maxLatencyMs: milliseconds,
};

/** All that is wrong with a list of checks, so that nobody waits for one that can never be sent. */
export function checkMistakes(checks: unknown): Mistake[] {
  if (!Array.isArray(checks)) return [mistake("checks", "a list of HTTP checks", checks)];
  if (checks.length === 0)
    return [{ path: "checks", message: "is empty; a test without a check would pass anything." }];
  return checks.flatMap((check: unknown, index) => {
    const path = `checks[${index}]`;
    if (!isObject(check)) return [mistake(path, "an HTTP check", check)];
    return Object.entries(judges)
      .filter(([field]) => field === "path" || check[field] !== undefined)
      .flatMap(([field, judge]) =>
        judge(check[field]).map((found) => ({ ...found, path: `${path}.${field}${found.path}` })),
      );
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

/** What is a value of some shape, whichever. */
function plain(expected: string, holds: (value: unknown) => boolean, hidden?: true): Judge {
  return (value) => (holds(value) ? [] : [mistake("", expected, value, hidden)]);
}

/** What is sent in a request, by the rules of those who pass it on. */
function ruled(rule: TextRule): Judge {
  return (value) => {
    if (typeof value !== "string") return [mistake("", rule.expected, value)];
    return wrong("", textMistake(rule, value));
  };
}

/** Their values may be secret, so no message repeats one. */
function headers(value: unknown): Mistake[] {
  if (!isObject(value)) return [mistake("", "headers by name", value, true)];
  return Object.entries(value).flatMap(([name, content]) => [
    ...wrong("", textMistake(http.headerName, name)),
    ...wrong(
      `.${name}`,
      typeof content === "string" ? textMistake(http.headerValue, content) : `is not text; expected text in quotes.`,
    ),
  ]);
}

function wrong(path: string, message: string | undefined): Mistake[] {
  return message === undefined ? [] : [{ path, message }];
}

function isRegExp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
