import type { Dispatcher } from "undici";
import { type Outcome, outcomeOfError, outcomeOfStatus, type ResponseHeaders } from "./outcome";

export interface HttpRequest {
  /** Path and query, from `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it has a connection for itself, which ends with the answer. */
  readonly ownConnection: boolean;
  /** Real milliseconds until the answer must be complete. */
  readonly timeoutMs: number;
}

/** Sends a GET request through `pool` and reads the answer to its end. Never rejects: every end is an outcome. */
export function sendHttp(pool: Dispatcher, request: HttpRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    let answer: { status: number; headers: ResponseHeaders } | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    let timedOut: Error | undefined;

    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      const missing = answer ? "the rest of the answer" : "an answer";
      timedOut = new Error(`waited ${Math.round(request.timeoutMs)} ms for ${missing}`);
      settle({ kind: "timeout", headers: answer?.headers, message: timedOut.message });
      controller?.abort(timedOut);
    }, request.timeoutMs);

    const { path, headers, ownConnection } = request;
    pool.dispatch(
      // The timer above is the one bound; undici's own are off.
      { path, method: "GET", headers, reset: ownConnection, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart: (started) => {
          controller = started;
          // The connection came too late.
          if (timedOut) started.abort(timedOut);
        },
        onResponseStart: (_, status, headers) => {
          if (status >= 200) answer = { status, headers };
        },
        onResponseData: () => {},
        onResponseEnd: () => settle(outcomeOfStatus(answer?.status ?? 0, answer?.headers ?? {})),
        onResponseError: (_, error) => settle(outcomeOfError(error, answer)),
      },
    );
  });
}
