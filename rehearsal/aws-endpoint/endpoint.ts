import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsError, type AwsControlPlane } from "./control-plane";
import { jsonProtocol } from "./json-protocol";
import type { Call, Protocol, WireRequest, WireResponse } from "./protocol";
import { ec2Protocol, elasticLoadBalancingProtocol } from "./query-protocol";
import { s3Protocol } from "./s3-protocol";

export interface AwsEndpoint {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Stops listening and drops the connections; may be called more than once. */
  close(): Promise<void>;
}

const longestBodyBytes = 1024 * 1024;

// Elastic Load Balancing comes last: its form of an error answers what no service accepts.
const protocols: readonly Protocol[] = [s3Protocol, jsonProtocol, ec2Protocol, elasticLoadBalancingProtocol];

/** Serves `controlPlane` on a free port of 127.0.0.1, in the protocols in which the AWS SDK calls it. */
export async function startAwsEndpoint({
  controlPlane,
}: {
  readonly controlPlane: AwsControlPlane;
}): Promise<AwsEndpoint> {
  const server = createServer((request, response) => {
    void answer(request, controlPlane).then(({ status, requestId, wire }) => {
      // A function under rehearsal has a hurried clock: by the Date here its SDK would find its own wrong, and try every error again.
      response.sendDate = false;
      // What is left of a body that was too long is not read: the connection ends with the answer.
      if (!request.complete) response.setHeader("connection", "close");
      response.writeHead(status, { "content-type": wire.contentType, "x-amzn-requestid": requestId }).end(wire.body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      (closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}

interface Answer {
  readonly status: number;
  readonly requestId: string;
  readonly wire: WireResponse;
}

async function answer(request: IncomingMessage, controlPlane: AwsControlPlane): Promise<Answer> {
  const requestId = randomUUID();
  let protocol: Protocol = elasticLoadBalancingProtocol;
  try {
    const { method = "", url = "", headers } = request;
    const wireRequest: WireRequest = { method, url, headers, body: await readBody(request) };
    protocol = protocols.find((candidate) => candidate.accepts(wireRequest)) ?? protocol;
    requireSignature(wireRequest);
    const call = protocol.read(wireRequest);
    return { status: 200, requestId, wire: protocol.write(call, await perform(call, controlPlane), requestId) };
  } catch (error) {
    const awsError = asAwsError(error);
    return { status: awsError.status, requestId, wire: protocol.writeError(awsError, requestId) };
  }
}

/** AWS answers nobody who did not sign. The signature itself is not verified: the caller's key is a dummy that nobody gave out. */
function requireSignature({ headers }: WireRequest): void {
  if (headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=")) return;
  throw new AwsError(
    "MissingAuthenticationToken",
    "the request has no AWS Signature Version 4 in `Authorization`",
    403,
  );
}

function perform({ operation, input }: Call, controlPlane: AwsControlPlane): unknown {
  // A wire knows no types: that input and output fit the operation is for both ends of it to see to.
  const operations = controlPlane as Partial<Record<typeof operation, (input: unknown) => unknown>>;
  const method = operations[operation];
  if (!method) throw new AwsError("UnknownOperationException", `nobody answers ${operation} here`);
  return method.call(controlPlane, input);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not for-await, which would destroy the connection before it can be answered.
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= longestBodyBytes) return void chunks.push(chunk);
      request.pause();
      reject(new AwsError("RequestEntityTooLarge", `the request's body is longer than ${longestBodyBytes} bytes`, 413));
    });
  });
}

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError("InternalFailure", error instanceof Error ? error.message : String(error), 500);
}
