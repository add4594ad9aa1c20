import { WebSocket } from "ws";
import type { ClientConnection } from "../load-balancer/clients";
import { type Outcome, outcomeOfError, outcomeOfStatus, type ResponseHeaders } from "./outcome";

export interface WebSocketVisit {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** @default as DNS and the public authorities have it */
  readonly client?: ClientConnection;
  /** Real milliseconds that the connection is kept open. */
  readonly openMs: number;
  /** Real milliseconds until the upgrade must be answered, and again for the ping at the end. */
  readonly timeoutMs: number;
  /** Ends the time of `openMs` early. */
  readonly signal: AbortSignal;
}

/**
 * Opens a WebSocket, keeps it for `openMs`, and has a ping answered before closing it: a ping must be answered by every
 * server (RFC 6455, section 5.5.2), so it needs nothing from the app. Its latency is the time until it was open.
 */
export function visitWebSocket(visit: WebSocketVisit): Promise<Outcome> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = new WebSocket(visit.url, { ...visit.client, headers: visit.headers, perMessageDeflate: false });
    let upgrade: { status: number; headers: ResponseHeaders } | undefined;
    let latencyMs = 0;
    let seenOff: Outcome | undefined;
    let timer = setTimeout(() => timeOut("the upgrade"), visit.timeoutMs);

    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      visit.signal.removeEventListener("abort", sayGoodbye);
      resolve(outcome);
      socket.terminate();
    };
    const timeOut = (missing: string): void => {
      const message = `waited ${visit.timeoutMs} ms for ${missing}`;
      settle(seenOff ?? { kind: "timeout", headers: upgrade?.headers, message });
    };
    const sayGoodbye = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => timeOut("the answer to a ping"), visit.timeoutMs);
      socket.ping();
    };

    socket.on("unexpected-response", (_, { statusCode = 0, headers }) => {
      const outcome = outcomeOfStatus(statusCode, headers);
      settle(outcome.kind === "ok" ? { kind: "otherStatus", headers, message: `status ${statusCode}` } : outcome);
    });
    socket.on("upgrade", ({ statusCode = 101, headers }) => (upgrade = { status: statusCode, headers }));
    socket.on("open", () => {
      latencyMs = performance.now() - startedAt;
      clearTimeout(timer);
      timer = setTimeout(sayGoodbye, visit.openMs);
      if (visit.signal.aborted) sayGoodbye();
      else visit.signal.addEventListener("abort", sayGoodbye);
    });
    socket.on("pong", () => {
      seenOff = { kind: "ok", headers: upgrade?.headers ?? {}, latencyMs };
      socket.close(1000);
    });
    socket.on("error", (error) => settle(outcomeOfError(error, upgrade)));
    socket.on("close", (code) => {
      settle(seenOff ?? outcomeOfError(new Error(`the other side closed the connection (${code})`), upgrade));
    });
  });
}
