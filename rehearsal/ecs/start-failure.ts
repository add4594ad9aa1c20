import type { FailedProbe, HealthCheck } from "../load-balancer/health-check";
import { errorLine } from "./error-line";
import { isLoopback, type ListeningSocket } from "./listening-sockets";

/** What a person can change when a task does not come up. */
export interface TaskOrigin {
  /** The file with the stack's settings: `Pulumi.dev.yaml`. */
  readonly settingsFile: string;
  /** The image's base, as its Dockerfile names it. @default not known */
  readonly baseImage?: string;
}

export const unknownOrigin: TaskOrigin = { settingsFile: "the stack's settings" };

/** The port that a task must listen on. */
export interface ExpectedPort {
  readonly port: number;
  /** Whether PORT says it; a container has its own constant one. */
  readonly isToldByVariable: boolean;
  readonly containerPort: number | undefined;
  /** Why the task cannot have a network of its own, where the container's port is always free. @default not asked */
  readonly whyNotOwn?: string | undefined;
}

/** `200-299` as people read it. */
function expectedStatus(matcher: string): string {
  return matcher.replaceAll("-", "–").replaceAll(",", ", ");
}

/** Why a status is answered that an app's own developers may never have seen. */
function hintFor(status: number, hostHeader: string | undefined): string {
  const host = `Health checks send "Host: ${hostHeader}": an app with a list of allowed hosts must accept its private address.`;
  if (hostHeader !== undefined && [400, 403, 421].includes(status)) return ` ${host}`;
  if (status === 401) return " Health checks send no credentials.";
  return status >= 300 && status < 400 ? " Health checks follow no redirect." : "";
}

/** A health check was answered, and wrongly. */
export function wrongAnswer(
  { status }: Pick<FailedProbe, "status">,
  { path, matcher }: Pick<HealthCheck, "path" | "matcher">,
  { hostHeader, settingsFile }: { readonly hostHeader: string | undefined } & TaskOrigin,
  logs: readonly string[] = [],
): string {
  if (status === undefined)
    return `GET ${path} was not answered in HTTP. Health checks speak plain HTTP: let the app do so, too.`;
  const answered = `GET ${path} answered ${status}; ${expectedStatus(matcher)} is expected.`;
  const said = status >= 500 && logs.length > 0 ? ` The app's last word: ${errorLine(logs)}.` : "";
  return `${answered}${hintFor(status, hostHeader)}${said} Set healthCheck.path in ${settingsFile}.`;
}

/** The app listens where the load balancer does not reach it. */
export function unreachable(
  sockets: readonly ListeningSocket[],
  { port, isToldByVariable, containerPort, whyNotOwn }: ExpectedPort,
  { settingsFile }: TaskOrigin,
): string {
  const local = sockets.find((socket) => socket.port === port && isLoopback(socket.address));
  if (local) return `it listens on ${atPort(local)} only; listen on 0.0.0.0, so that the load balancer reaches it.`;
  const ports = [...new Set(sockets.map((socket) => socket.port))].sort((a, b) => a - b);
  const there = `it listens on ${ports.length === 1 ? "port" : "ports"} ${ports.join(", ")}`;
  if (!isToldByVariable)
    return `${there} and not on port ${port}. Set containerPort in ${settingsFile}, or listen on ${port}.`;
  const setting = ports.includes(containerPort ?? 0) ? "" : `set containerPort: ${ports[0]} in ${settingsFile}, `;
  const wayOut = `Listen on process.env.PORT, ${setting}or use --runtime docker.`;
  const isConstant = ports.includes(containerPort ?? 0) && whyNotOwn !== undefined;
  const own = isConstant ? ` It cannot have a network of its own: ${whyNotOwn}.` : "";
  return `GET on port ${port} (PORT) was refused: ${there}.${own} ${wayOut}`;
}

function atPort({ address, port }: ListeningSocket): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The app's own process ended. */
export function ended(exitCode: number | undefined, logs: readonly string[], { settingsFile }: TaskOrigin): string {
  const code = exitCode === undefined ? "" : ` with exit code ${exitCode}`;
  const said = errorLine(logs);
  const variable = /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/.exec(said ?? "")?.[0];
  const setting = variable === undefined ? "" : ` Set ${variable} in environment or secrets of ${settingsFile}.`;
  if (said === undefined) return `it ended${code} and printed nothing. An app must go on running.`;
  return `it ended${code}: ${said.replace(/\.$/, "")}.${setting}`;
}

/** Its program could not be started. */
export function notStartable(
  program: string,
  { code, message }: NodeJS.ErrnoException,
  { baseImage }: TaskOrigin,
): string {
  const from = baseImage === undefined ? "its base image" : `its base image ${baseImage}`;
  const docker = "Use --runtime docker, which runs the real image.";
  if (code === "ENOENT")
    return `"${program}" is neither in the image nor on this machine, where ${from} is not pulled. ${docker}`;
  if (code === "EACCES")
    return `"${program}" is not a program. If ${from} has an entry point that runs it, name it in ENTRYPOINT. ${docker}`;
  return message;
}

/** The container's own health check fails. */
export function containerFails(lastFailure = "", { settingsFile }: TaskOrigin): string {
  return `its container's health check failed: ${lastFailure}. Set container.healthCheck in ${settingsFile}.`;
}

export interface Failure extends Pick<HealthCheck, "path"> {
  /** In ECS's words. */
  readonly reason: string;
  /** None if it could not even be placed. */
  readonly task: FailedTask | undefined;
  /** Whether the load balancer knew it. */
  readonly isRegistered: boolean;
  readonly graceSeconds: number;
}

interface FailedTask {
  readonly exitCode: number | undefined;
  readonly logs: readonly string[];
  readonly origin: TaskOrigin;
  /** Why its program could not be started. */
  readonly startFailure: string | undefined;
  readonly health: { readonly status: string; readonly lastFailure: string | undefined } | undefined;
}

/** Why a task failed, for people; and whether the next one would fail in the same way. */
export function failureCause({ reason, task, isRegistered, graceSeconds, path }: Failure): {
  readonly text: string;
  readonly isCertain: boolean;
} {
  if (!task) return { text: reason, isCertain: true };
  const { exitCode, logs, origin, startFailure, health } = task;
  if (startFailure !== undefined) return { text: startFailure, isCertain: true };
  if (exitCode !== undefined || !isRegistered) return { text: ended(exitCode, logs, origin), isCertain: false };
  if (health?.status === "UNHEALTHY") return { text: containerFails(health.lastFailure, origin), isCertain: true };
  const { settingsFile } = origin;
  const longer = `Set healthCheckGracePeriodSeconds in ${settingsFile}, if it takes longer to start.`;
  return {
    text: `it did not answer GET ${path} in the ${graceSeconds} s that it has to start. ${longer}`,
    isCertain: true,
  };
}
