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
  /** How many milliseconds of its time the machine had no time for anyone; it is given as many more. @default none */
  readonly starvedMs?: () => number;
  /** Sent as a POST. @default none, and a GET */
  readonly body?: Buffer;
  /** Real milliseconds after which the client goes away, as it meant to. @default it stays */
  readonly hangUpMs?: number;
}

/** A machine that is busy for longer says nothing about any request, in milliseconds. */
const longestStarvationMs = 60_000;
const leastWaitMs = 50;

/** Sends a request through `pool` and reads the answer to its end. Never rejects: every end is an outcome. */
export function sendHttp(pool: Dispatcher, request: HttpRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    let answer: { status: number; headers: ResponseHeaders } | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    let givenUp: Error | undefined;

    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      clearTimeout(hangingUp);
      resolve(outcome);
    };
    const giveUp = (outcome: Outcome, reason: Error): void => {
      givenUp = reason;
      settle(outcome);
      controller?.abort(reason);
    };
    const hangUp = (): void => {
      const begun = outcomeOfStatus(answer?.status ?? 0, answer?.headers ?? {});
      giveUp(begun.kind === "ok" ? { kind: "hungUp" } : begun, new Error("the client hung up"));
    };
    const startedAt = performance.now();
    const onTime = (): void => {
      const starvedMs = request.starvedMs?.() ?? 0;
      const leftMs = startedAt + request.timeoutMs + Math.min(starvedMs, longestStarvationMs) - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(onTime, Math.max(leftMs, leastWaitMs));
        return;
      }
      if (starvedMs > longestStarvationMs) {
        const message = `this machine was too busy for ${Math.round(starvedMs)} ms`;
        giveUp({ kind: "tooBusy", message }, new Error(message));
        return;
      }
      const missing = answer ? "the rest of the answer" : "an answer";
      const message = `waited ${Math.round(request.timeoutMs)} ms for ${missing}`;
      giveUp({ kind: "timeout", headers: answer?.headers, message }, new Error(message));
    };
    let timer = setTimeout(onTime, request.timeoutMs);
    const hangingUp = request.hangUpMs === undefined ? undefined : setTimeout(hangUp, request.hangUpMs);

    const { path, headers, ownConnection, body } = request;
    const method = body ? "POST" : "GET";
    pool.dispatch(
      // The timer above is the one bound; undici's own are off.
      { path, method, headers, body: body ?? null, reset: ownConnection, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart: (started) => {
          controller = started;
          // The connection came too late.
          if (givenUp) started.abort(givenUp);
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
