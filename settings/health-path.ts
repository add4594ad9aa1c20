import { elb, textMistake } from "../aws-rules";
import type { Given, Parsed } from "./schema";

/** Settings whose checks all say what they ask for. */
export type WithHealthPath<T extends Given> = T & {
  readonly checks?: (Parsed["checks"][number] & { path: string })[];
  readonly container?: Parsed["container"] & { healthCheck?: { command: string[] } };
};

/** A check of green without a path, and a container's health check without a command, ask for `healthCheck.path`. */
export function withHealthPath<T extends Given>(settings: T): WithHealthPath<T> {
  const { checks, container, healthCheck } = settings;
  // A path that is no path is a mistake of its own, which is reported once.
  const given = healthCheck?.path;
  const path = given !== undefined && textMistake(elb.healthCheckPath, given) === undefined ? given : "/";
  const own = container?.healthCheck;
  return {
    ...settings,
    ...(checks ? { checks: checks.map((check) => ({ path, ...check })) } : {}),
    ...(own
      ? { container: { ...container, healthCheck: { ...own, command: own.command ?? fetchCommand(path) } } }
      : {}),
  };
}

/** For images with Node in them. Without a path, since a URL of an origin alone already means `/`. */
function fetchCommand(path: string): string[] {
  const suffix = path === "/" ? "" : ` + ${JSON.stringify(path)}`;
  const script = `fetch('http://127.0.0.1:' + process.env.PORT${suffix}).then((r) => process.exit(r.ok ? 0 : 1))`;
  return ["CMD", "node", "-e", script];
}
