/**
 * A class of requests.
 * - `fresh`: each on a connection of its own
 * - `keepAlive`: on connections that are used again
 * - `long`, `streaming`: like `keepAlive`, to a path that answers late or in pieces
 * - `pipelined`: on one connection, up to eight requests on their way at a time
 * - `download`: like `keepAlive`, to a path whose answer is long
 * - `upload`: a POST with a body of `bodyBytes`, on connections that are used again
 * - `hangUp`: a client that goes away `openMs` after it has sent its request, answered or not; a failure before that counts
 * - `http2`: on one connection, side by side, over HTTP/2; the listener must speak HTTPS
 * - `webSocket`: an upgrade, and a connection that stays open for a while
 */
export type ClassName =
  "fresh" | "keepAlive" | "long" | "streaming" | "pipelined" | "download" | "upload" | "hangUp" | "http2" | "webSocket";

export interface TrafficClass {
  readonly name: ClassName;
  /** Path and query, from `/`. */
  readonly path: string;
  /** How many of the requests are of this class, beside the others' weights; a whole number. @default 1 */
  readonly weight?: number;
  /** Real milliseconds from the intended send time until the answer must be complete. @default the meter's */
  readonly timeoutMs?: number;
  /** For `webSocket` and `hangUp`: real milliseconds until the client goes. @default 1000 */
  readonly openMs?: number;
  /** For `upload`: the body's length. @default 1 MiB */
  readonly bodyBytes?: number;
}

/**
 * The same at the path that health checks ask for, which every app answers. Where a service's requests begin with a path
 * that health checks do not, they ask for its front page.
 */
export function mixOf(mix: readonly TrafficClass[], url: string, healthPath: string): readonly TrafficClass[] {
  const base = new URL(url).pathname.replace(/\/$/, "");
  const path = healthPath.startsWith(`${base}/`) ? healthPath : `${base}/`;
  return mix.map((one) => ({ ...one, path }));
}

/** What every app answers: one path, on fresh and on kept connections, and over HTTP/2 where a listener speaks it. */
export function defaultMix(url: string): readonly TrafficClass[] {
  const overTls = new URL(url).protocol === "https:" ? (["http2"] as const) : [];
  return (["fresh", "keepAlive", ...overTls] as const).map((name) => ({ name, path: "/" }));
}
