import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createProxyServer, ProxyServer } from "httpxy";
import type { Request, Response } from "./listener-server";
import type { Target } from "./target";

/** How one request goes to a target. Times are real milliseconds. */
export interface Forwarding {
  readonly target: Target;
  /** Headers that the load balancer adds to the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** `Set-Cookie` headers that the load balancer adds to the answer. */
  readonly cookies: readonly string[];
  /** Longest silence before the target's answer begins. */
  readonly responseTimeoutMs: number;
  /** Longest silence after that, and on an upgraded connection. */
  readonly idleTimeoutMs: number;
  /** The target has answered. */
  readonly onResponse: (status: number) => void;
  /** The target has not answered and nothing has been sent to the client: answer it. */
  readonly onFailure: (status: 502 | 504, error: Error) => void;
}

class TargetTimeoutError extends Error {}

/**
 * Forwards a request, streaming both ways. An answer that the target does not finish destroys the client's connection;
 * a client that goes away ends the request to the target.
 */
export function forwardRequest(request: Request, response: Response, forwarding: Forwarding): void {
  const { target, responseTimeoutMs, idleTimeoutMs } = forwarding;
  target.track(response, response instanceof ServerResponse ? request.socket : undefined);
  const proxy = new ProxyServer<Request, Response>();
  proxy.on("proxyReq", (outgoing) => {
    sendHeadSoon(outgoing);
    outgoing.setTimeout(responseTimeoutMs, () => outgoing.destroy(new TargetTimeoutError("no answer in time")));
  });
  proxy.on("proxyRes", (answer) => {
    answer.setTimeout(idleTimeoutMs);
    removeHopByHopHeaders(answer.headers);
    const { cookies } = forwarding;
    if (cookies.length > 0) answer.headers["set-cookie"] = [...(answer.headers["set-cookie"] ?? []), ...cookies];
    // HTTP/2 has no such header.
    if (response instanceof ServerResponse)
      answer.headers.connection = response.shouldKeepAlive ? "keep-alive" : "close";
    answer.on("end", () => response.addTrailers(answer.trailers));
    sendHeadSoon(response);
    forwarding.onResponse(answer.statusCode ?? 0);
  });
  proxy.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else if (isOpen(response)) forwarding.onFailure(statusOf(error), error);
  });
  const { connection } = request.headers;
  removeHopByHopHeaders(request.headers);
  request.headers.connection = connection;
  // Node has answered `Expect: 100-continue` already.
  delete request.headers.expect;
  // Connections to clients and to targets are kept or closed independently of each other.
  const headers = { ...forwarding.headers, connection: "keep-alive" };
  proxy.web(request, response, { target: address(target), agent: target.agent, headers }).catch(reportedAsError);
}

/** Forwards a WebSocket upgrade and, once the target accepts it, everything on the connection. */
export function forwardUpgrade(request: IncomingMessage, client: Socket, head: Buffer, forwarding: Forwarding): void {
  const { target, responseTimeoutMs, idleTimeoutMs } = forwarding;
  let answered = false;
  target.track(client);
  const proxy = createProxyServer();
  proxy.on("proxyReqWs", (outgoing) => {
    outgoing.setTimeout(responseTimeoutMs, () => outgoing.destroy(new TargetTimeoutError("no answer in time")));
    client.once("close", () => outgoing.destroy());
    outgoing.once("response", (answer) => {
      answered = true;
      // No upgrade: what is still unread of the client would keep its connection open.
      answer.once("close", () => client.destroySoon());
      forwarding.onResponse(answer.statusCode ?? 0);
    });
    outgoing.once("upgrade", (_answer, upstream) => {
      answered = true;
      client.setTimeout(idleTimeoutMs, () => client.destroy());
      client.once("close", () => upstream.destroy());
      upstream.once("close", () => client.destroySoon());
      forwarding.onResponse(101);
    });
  });
  proxy.on("error", (error) => {
    if (answered) client.destroy();
    else if (!client.destroyed) forwarding.onFailure(statusOf(error), error);
  });
  const agent = target.upgradeAgent && { agent: target.upgradeAgent };
  proxy
    .ws(request, client, { target: address(target), headers: { ...forwarding.headers }, ...agent }, head)
    .catch(reportedAsError);
}

/** A head goes out with the first of the body; by itself if the body keeps the other side waiting. */
function sendHeadSoon(message: ClientRequest | Response): void {
  setImmediate(() => {
    if (!message.headersSent && isOpen(message) && "flushHeaders" in message) message.flushHeaders();
  });
}

/** An answer over HTTP/2 has no `destroyed` of its own. */
function isOpen(message: ClientRequest | Response): boolean {
  return !("stream" in message ? message.stream.destroyed : message.destroyed);
}

function address({ host, port }: Target) {
  return { protocol: "http:", host, port };
}

function statusOf(error: Error): 502 | 504 {
  return error instanceof TargetTimeoutError ? 504 : 502;
}

/** The proxy's promise rejects with what its `error` event has told already. */
function reportedAsError(): void {}

/**
 * Headers that concern one connection only. Transfer-Encoding stays, since a body is passed on chunk by chunk; Trailer
 * goes, since Node refuses it where a client takes no chunks.
 */
const hopByHopHeaders = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
];

function removeHopByHopHeaders(headers: IncomingHttpHeaders): void {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  for (const name of [...hopByHopHeaders, ...named]) delete headers[name];
}
