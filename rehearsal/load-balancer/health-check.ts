import { get } from "node:http";
import { RelayAgent } from "./relay-agent";

/** The health check of a target group. Source: ALB user guide, target-group-health-checks, "Health check settings". */
export interface HealthCheck {
  /** Path and query, from `/`. */
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Consecutive passes after which an unhealthy target is healthy. */
  readonly healthyThreshold: number;
  /** Consecutive failures after which a target is unhealthy. */
  readonly unhealthyThreshold: number;
  /** Statuses that pass: `200`, `200,301` or `200-299`. */
  readonly matcher: string;
}

/** What health checks have found out about a target so far. */
export interface Health {
  readonly state: "initial" | "healthy" | "unhealthy";
  /** Consecutive results that speak against the state. */
  readonly contrary: number;
  /** AWS's reason code; none for a healthy target. */
  readonly reason?: string;
  /** The reason for people. */
  readonly description?: string;
}

/** A health check that failed. */
export interface FailedProbe {
  readonly passed: false;
  readonly reason: string;
  readonly description: string;
  /** How it failed: nothing listens there, something answered wrongly, or no answer came. */
  readonly how?: "refused" | "wrong" | "silent";
  /** The status of a wrong answer; none if it was not HTTP. */
  readonly status?: number;
}

/** The result of one health check. */
export type ProbeResult = { readonly passed: true } | FailedProbe;

/** Where a health check asks. */
export interface ProbedAddress {
  readonly host: string;
  readonly port: number;
  /** The Unix socket of a relay that leads to the port. @default none: `host` and `port` are this machine's */
  readonly socketPath?: string | undefined;
  /** @default `host` and `port` */
  readonly hostHeader?: string | undefined;
}

/** The health of a target that no health check has judged yet. */
export const initialHealth: Health = {
  state: "initial",
  contrary: 0,
  reason: "Elb.InitialHealthChecking",
  description: "Initial health checks in progress",
};

/**
 * The state machine of a target's health. One pass makes a newly registered target healthy; everything else takes the
 * thresholds. Source: ALB user guide, target-group-health-checks ("it must pass one health check to be considered healthy").
 */
export function nextHealth(
  health: Health,
  result: ProbeResult,
  thresholds: Pick<HealthCheck, "healthyThreshold" | "unhealthyThreshold">,
): Health {
  if (result.passed) {
    if (health.state !== "unhealthy") return { state: "healthy", contrary: 0 };
    const passes = health.contrary + 1;
    return passes >= thresholds.healthyThreshold ? { state: "healthy", contrary: 0 } : { ...health, contrary: passes };
  }
  const { reason, description } = result;
  if (health.state === "unhealthy") return { state: "unhealthy", contrary: 0, reason, description };
  const failures = health.contrary + 1;
  return failures >= thresholds.unhealthyThreshold
    ? { state: "unhealthy", contrary: 0, reason, description }
    : { ...health, contrary: failures };
}

/** @throws if `matcher` is not a list of statuses and ranges between 200 and 499. */
export function parseMatcher(matcher: string): (status: number) => boolean {
  const ranges = matcher.split(",").map((part) => {
    const [, low, high = low] = /^\s*([2-4]\d\d)(?:-([2-4]\d\d))?\s*$/.exec(part) ?? [];
    if (low === undefined) {
      throw new Error(
        `Health check matcher "${matcher}": "${part}" is neither a status nor a range of them (200 or 200-299).`,
      );
    }
    return { low: Number(low), high: Number(high) };
  });
  return (status) => ranges.some(({ low, high }) => low <= status && status <= high);
}

/**
 * One health check over a connection of its own. Never rejects; an aborted one counts as failed. Its Host header is the
 * target's private address and port. Source: ALB user guide, load-balancer-troubleshooting.
 */
export function probe(
  { host, port, socketPath, hostHeader }: ProbedAddress,
  { path, matcher }: Pick<HealthCheck, "path" | "matcher">,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const fail = (reason: string, description: string, how: FailedProbe["how"], status?: number) =>
      resolve({ passed: false, reason, description, how, ...(status === undefined ? {} : { status }) });
    const headers = { "user-agent": "ELB-HealthChecker/2.0", ...(hostHeader ? { host: hostHeader } : {}) };
    const agent = socketPath === undefined ? false : new RelayAgent(socketPath);
    const request = get({ host, port, path, headers, agent, signal });
    const timer = setTimeout(() => {
      fail("Target.Timeout", "Request timed out", "silent");
      request.destroy();
    }, timeoutMs);
    request.on("close", () => clearTimeout(timer));
    request.on("error", (error: NodeJS.ErrnoException) =>
      fail("Target.FailedHealthChecks", `Health checks failed: ${error.message}`, howItFailed(error)),
    );
    request.on("response", (response) => {
      response.on("error", () => undefined).resume();
      const status = response.statusCode ?? 0;
      if (parseMatcher(matcher)(status)) resolve({ passed: true });
      else fail("Target.ResponseCodeMismatch", `Health checks failed with these codes: [${status}]`, "wrong", status);
    });
  });
}

/** Node's parser says `HPE_…` of what is no HTTP. */
function howItFailed({ code = "" }: NodeJS.ErrnoException): FailedProbe["how"] {
  if (code === "ECONNREFUSED" || code === "ENOENT") return "refused";
  return code.startsWith("HPE_") ? "wrong" : "silent";
}
