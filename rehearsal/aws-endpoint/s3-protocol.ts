import { XMLBuilder } from "fast-xml-parser";
import { AwsError } from "./control-plane";
import type { Protocol } from "./protocol";

const xml = new XMLBuilder({});

/** S3's way to get an object: its bucket and key are the path. Source: Amazon S3 API reference, GetObject and "Error responses". */
export const s3Protocol: Protocol = {
  refusals: {
    missing: "AccessDenied",
    incomplete: "AuthorizationHeaderMalformed",
    "unknown-key": "InvalidAccessKeyId",
    mismatch: "SignatureDoesNotMatch",
    expired: "RequestTimeTooSkewed",
    denied: "AccessDenied",
  },
  accepts: ({ method, url }) => method === "GET" && url.length > 1,
  read: ({ url }) => {
    const [path = ""] = url.split("?", 1);
    const [Bucket = "", ...key] = path.slice(1).split("/").map(decoded);
    if (key.join("") === "") throw new AwsError("MethodNotAllowed", `${url} names no object`, 405);
    return { operation: "getObject", input: { Bucket, Key: key.join("/") } };
  },
  write: (_, output) => ({ contentType: "application/octet-stream", body: output as Buffer }),
  writeError: ({ code, message }, requestId) => ({
    contentType: "application/xml",
    body: xml.build({ Error: { Code: code, Message: message, RequestId: requestId } }),
  }),
};

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("InvalidURI", `${text} is not percent-encoded`);
  }
}
