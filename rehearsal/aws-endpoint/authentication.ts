import { createHash, timingSafeEqual } from "node:crypto";
import type { AwsOperations } from "./control-plane";
import type { AwsCredentials } from "./credentials";
import type { Refusal } from "./protocol";
import { signHeaders } from "./signature";

/** An access key, and what it allows. */
export interface AccessKey {
  readonly credentials: AwsCredentials;
  /** @default every operation */
  readonly operations?: readonly (keyof AwsOperations)[];
}

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Who may ask, and when. */
export interface Policy {
  readonly keys: readonly AccessKey[];
  /** `host:port` that a request must name: a web page that reached this port by DNS names another. */
  readonly host: string;
  /** How far the caller's clock may be ahead, in milliseconds. */
  readonly longestAheadMs: number;
}

/** The request is not performed. */
export class Refused extends Error {
  constructor(
    readonly refusal: Refusal,
    message: string,
  ) {
    super(message);
  }
}

/** How old a signature may be. Source: IAM user guide, "AWS API request signing", "When to sign requests". */
export const longestAgeMs = 5 * 60_000;

const authorizationPattern =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;

/**
 * Verifies who sent a request, as AWS does: Signature Version 4 in `Authorization`. Returns the key that it is signed with.
 *
 * @throws Refused
 */
export async function authenticate(
  request: ReceivedRequest,
  { keys, host, longestAheadMs }: Policy,
): Promise<AccessKey> {
  const { headers } = request;
  if (headers.host !== host) throw new Refused("denied", `the Host header must be ${host}`);
  if (headers.origin !== undefined) throw new Refused("denied", "web pages may not call this endpoint");
  const { authorization } = headers;
  if (typeof authorization !== "string" || !authorization.startsWith("AWS4-HMAC-SHA256 ")) {
    throw new Refused("missing", "the request has no AWS Signature Version 4 in `Authorization`");
  }
  const [whole, accessKeyId, day, region, service, names, signature] = authorizationPattern.exec(authorization) ?? [];
  if (whole === undefined) throw new Refused("incomplete", "the Authorization header is not a complete signature");
  const key = keys.find(({ credentials }) => credentials.accessKeyId === accessKeyId);
  if (!key) throw new Refused("unknown-key", "The security token included in the request is invalid.");
  const signedHeaders = readSignedHeaders(request, names!.split(";"));
  const date = parseDate(signedHeaders["x-amz-date"]);
  if (date?.day !== day) throw new Refused("incomplete", "X-Amz-Date must be signed, and be of the credential's day");
  requireRecent(date!.ms, longestAheadMs);
  requireBodyHash(request);
  const { sessionToken } = key.credentials;
  if (sessionToken !== undefined && headers["x-amz-security-token"] !== sessionToken)
    throw new Refused("unknown-key", "The security token included in the request is invalid.");
  const scope = { region: region!, service: service!, date: new Date(date!.ms) };
  // The token is a header of the request already.
  const { accessKeyId: id, secretAccessKey } = key.credentials;
  const { authorization: expected = "" } = await signHeaders(
    { ...request, headers: signedHeaders },
    { accessKeyId: id, secretAccessKey },
    scope,
  );
  const expectedSignature = /Signature=([0-9a-f]{64})$/.exec(expected)![1]!;
  if (timingSafeEqual(Buffer.from(signature!), Buffer.from(expectedSignature))) return key;
  throw new Refused(
    "mismatch",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
  );
}

/** What is not signed could have been changed: of the headers that matter, none may be left out. */
function readSignedHeaders({ headers }: ReceivedRequest, names: readonly string[]): Record<string, string> {
  const required = ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))];
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Refused("incomplete", `the signature must cover ${missing.join(", ")}`);
  return Object.fromEntries(names.map((name) => [name, String(headers[name] ?? "")]));
}

/** An ISO 8601 basic date: `20260102T030405Z`. */
function parseDate(text: string | undefined): { readonly day: string; readonly ms: number } | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : { day: `${year}${month}${day}`, ms };
}

function requireRecent(ms: number, longestAheadMs: number): void {
  const ageMs = Date.now() - ms;
  if (ageMs > longestAgeMs) throw new Refused("expired", `Signature expired: it is ${Math.floor(ageMs / 1000)} s old`);
  if (-ageMs > longestAheadMs)
    throw new Refused("expired", `Signature not yet current: it is ${Math.floor(-ageMs / 1000)} s ahead`);
}

/** The signature covers this header, and the header must be the body's hash: not `UNSIGNED-PAYLOAD`. */
function requireBodyHash({ headers, body }: ReceivedRequest): void {
  const claimed = headers["x-amz-content-sha256"];
  if (claimed === undefined || claimed === createHash("sha256").update(body).digest("hex")) return;
  throw new Refused("mismatch", "X-Amz-Content-SHA256 is not the SHA-256 of the request's body");
}
