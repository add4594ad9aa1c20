import { createContext, Script } from "node:vm";

/** Real time, of which a pattern takes a thousandth unless it goes through its input again and again. */
export const matchLimitMs = 1_000;

const script = new Script("new RegExp(pattern).test(body)");

/**
 * Whether the pattern matches; undefined if that takes longer than a second. Such a pattern would hold up the deadline and
 * every report for as long, and no timer ends a match. Source: Node.js documentation, vm, script.runInContext, timeout.
 */
export function matchesInTime(pattern: string, body: string): boolean | undefined {
  try {
    return script.runInContext(createContext({ pattern, body }), { timeout: matchLimitMs }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  }
}
