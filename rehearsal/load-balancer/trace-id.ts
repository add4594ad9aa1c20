import { randomUUID } from "node:crypto";

/**
 * A new value for the header `X-Amzn-Trace-Id`, by which the load balancer's access log can be asked who answered.
 * Source: ALB user guide, load-balancer-request-tracing.
 *
 * @param field `Self` is the load balancer's own, beside a client's
 */
export function newTraceId(field: "Root" | "Self" = "Root", nowMs = Date.now()): string {
  const seconds = Math.floor(nowMs / 1000).toString(16);
  // Node draws the randomness of many UUIDs at once; random bytes for each request would be the dearest part of its head.
  return `${field}=1-${seconds}-${randomUUID().replaceAll("-", "").slice(8)}`;
}

/** The client's trace id with the load balancer's own field put before it, in place of one that is there. */
export function withSelf(traceId: string): string {
  const others = traceId.split(";").filter((field) => !field.startsWith("Self="));
  return [newTraceId("Self"), ...others].join(";");
}
