import type { IncomingHttpHeaders } from "node:http";
import type { AwsError, AwsOperations } from "./control-plane";

export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WireResponse {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** What a request asks for, out of its wire format. */
export interface Call {
  readonly operation: keyof AwsOperations;
  readonly input: unknown;
}

/** Why a request is not performed, whatever it asks for. */
export type Refusal = "missing" | "incomplete" | "unknown-key" | "mismatch" | "expired" | "denied";

/** One service's way of writing requests, answers and errors. */
export interface Protocol {
  /** The service's error code for each. */
  readonly refusals: Readonly<Record<Refusal, string>>;
  /** Whether the request is for this service. */
  accepts(request: WireRequest): boolean;
  /** Throws `AwsError` for an operation that is not known, or a body that cannot be read. */
  read(request: WireRequest): Call;
  write(call: Call, output: unknown, requestId: string): WireResponse;
  writeError(error: AwsError, requestId: string): WireResponse;
}

/** The members of a wire object that are set. */
export function membersOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
}
