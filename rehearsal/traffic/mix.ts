/**
 * A class of requests.
 * - `fresh`: each on a connection of its own
 * - `keepAlive`: on connections that are used again
 * - `long`, `streaming`: like `keepAlive`, to a path that answers late or in pieces
 * - `webSocket`: an upgrade, and a connection that stays open for a while
 */
export type ClassName = "fresh" | "keepAlive" | "long" | "streaming" | "webSocket";

export interface TrafficClass {
  readonly name: ClassName;
  /** Path and query, from `/`. */
  readonly path: string;
  /** How many of the requests are of this class, beside the others' weights; a whole number. @default 1 */
  readonly weight?: number;
  /** Real milliseconds from the intended send time until the answer must be complete. @default the meter's */
  readonly timeoutMs?: number;
  /** For `webSocket`: real milliseconds that a connection stays open. @default 1000 */
  readonly openMs?: number;
}

/** What every app answers: its front page, on fresh and on kept connections. */
export const defaultMix: readonly TrafficClass[] = [
  { name: "fresh", path: "/" },
  { name: "keepAlive", path: "/" },
];
