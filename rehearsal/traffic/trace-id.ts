import { randomUUID } from "node:crypto";

/**
 * A new value for the header `X-Amzn-Trace-Id`, by which the load balancer's access log can be asked who answered.
 *
 * Source: Application Load Balancer user guide, "Request tracing".
 */
export function newTraceId(nowMs = Date.now()): string {
  const seconds = Math.floor(nowMs / 1000);
  // Node draws the randomness of many UUIDs at once.
  return `Root=1-${seconds.toString(16).padStart(8, "0")}-${randomUUID().replaceAll("-", "").slice(8)}`;
}
