/** The ways in which a request can fail; each failed request has exactly one of them. */
export const failureKinds = [
  /** No connection: nobody listened. */
  "refused",
  /** The connection broke before an answer began. */
  "reset",
  /** No complete answer in time, counted from the intended send time. */
  "timeout",
  /** An answer with status 500 or above. */
  "serverError",
  /** An answer with status 400 to 499. */
  "otherStatus",
  /** The connection broke within an answer. */
  "truncated",
  /** A complete answer from a version that should not have been live, or from one that nobody knows. */
  "wrongVersion",
  /** The meter itself could not send it; says nothing about the release. */
  "unsent",
  /** This machine had no time for anyone; says nothing about the release. */
  "tooBusy",
] as const;

/** Those that say nothing about the release. */
export const unjudgedKinds: readonly FailureKind[] = ["unsent", "tooBusy"];

export type FailureKind = (typeof failureKinds)[number];

/** How a request ended, seen from the client. `latencyMs` is there where the answer came before the end. */
export type Outcome =
  | { readonly kind: "ok"; readonly headers: ResponseHeaders; readonly latencyMs?: number }
  /** The client went away as it meant to, before the answer's end. */
  | { readonly kind: "hungUp"; readonly headers?: undefined }
  | { readonly kind: FailureKind; readonly headers?: ResponseHeaders; readonly message: string };

/** Names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Codes of failures on the client's own side: descriptors, ports or buffers have run out. */
const ownCodes = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM"]);
const refusedCodes = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"]);
const timeoutCodes = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** What a complete answer's status says. Redirections are answers as good as any. */
export function outcomeOfStatus(status: number, headers: ResponseHeaders): Outcome {
  if (status >= 500) return { kind: "serverError", headers, message: `status ${status}` };
  if (status >= 400) return { kind: "otherStatus", headers, message: `status ${status}` };
  return { kind: "ok", headers };
}

/**
 * What an error of Node or undici says. `answer` is the beginning of the answer, if one had begun: a 5xx stays a 5xx
 * when it is cut off as well.
 *
 * Source: Node's `errno` names; undici, docs/api/Errors.
 */
export function outcomeOfError(error: unknown, answer?: { status: number; headers: ResponseHeaders }): Outcome {
  const { code, message } = describe(error);
  const headers = answer?.headers;
  if (answer && answer.status >= 400) return outcomeOfStatus(answer.status, answer.headers);
  if (timeoutCodes.has(code)) return { kind: "timeout", headers, message };
  if (answer) return { kind: "truncated", headers, message };
  if (refusedCodes.has(code)) return { kind: "refused", message };
  if (ownCodes.has(code)) return { kind: "unsent", message };
  return { kind: "reset", message };
}

function describe(error: unknown): { code: string; message: string } {
  const { code = "", message = "" } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  // An AggregateError (one error for each address of a name) has a code and no message.
  return { code, message: message === "" ? code || String(error) : message };
}
