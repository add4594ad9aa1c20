import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentials } from "./credentials";

/** What a signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SignatureScope {
  readonly region: string;
  /** The service's signing name, such as `ecs`. */
  readonly service: string;
  readonly date: Date;
}

/** Node's own hash functions, in the form that the SDK's signer takes. */
class Sha256 {
  private readonly hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as string);
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    throw new Error("a hash is made once");
  }
}

/** The headers of a request signed with AWS Signature Version 4: those given, `x-amz-date` and `authorization`. */
export async function signHeaders(
  { method, url, headers, body }: SignableRequest,
  credentials: AwsCredentials,
  { region, service, date }: SignatureScope,
): Promise<Record<string, string>> {
  const { pathname, search, searchParams } = new URL(url, "http://127.0.0.1");
  // As it was sent: URL would normalize the path.
  const path = search === "" ? url : url.slice(0, url.indexOf("?"));
  const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  // S3's keys are escaped once, other services' paths twice. Source: IAM user guide, "Create a signed AWS API request".
  const isS3 = service === "s3";
  const signer = new SignatureV4({
    ...{ credentials, region, service, sha256: Sha256, uriEscapePath: !isS3, applyChecksum: false },
  });
  const signed = await signer.sign(
    { method, protocol: "http:", hostname: "127.0.0.1", path: path || pathname, query, headers: { ...headers }, body },
    { signingDate: date, signableHeaders: new Set(Object.keys(headers)) },
  );
  return signed.headers;
}
