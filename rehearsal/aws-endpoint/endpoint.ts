import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type AccessKey, authenticate, longestAgeMs, type Policy, Refused } from "./authentication";
import { AwsError, type AwsControlPlane } from "./control-plane";
import { type AwsCredentials, randomCredentials } from "./credentials";
import { jsonProtocol } from "./json-protocol";
import type { Call, Protocol, WireRequest, WireResponse } from "./protocol";
import { ec2Protocol, elasticLoadBalancingProtocol } from "./query-protocol";
import { s3Protocol } from "./s3-protocol";

export interface AwsEndpoint {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Sign every request; another key is refused. */
  readonly credentials: AwsCredentials;
  /** Stops listening and drops the connections; may be called more than once. */
  close(): Promise<void>;
}

const longestBodyBytes = 1024 * 1024;

// Elastic Load Balancing comes last: its form of an error answers what no service accepts.
const protocols: readonly Protocol[] = [s3Protocol, jsonProtocol, ec2Protocol, elasticLoadBalancingProtocol];

export interface AwsEndpointOptions {
  readonly controlPlane: AwsControlPlane;
  /** A second key, which reads artifacts and nothing else. @default none */
  readonly artifactCredentials?: AwsCredentials;
  /** How far ahead of this clock a caller's may be, in milliseconds. @default 5 minutes */
  readonly longestAheadMs?: number;
}

/**
 * Serves `controlPlane` on a free port of 127.0.0.1, in the protocols in which the AWS SDK calls it. Every local user and
 * every web page can reach that port: only what is signed with the endpoint's own key is performed.
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const { controlPlane, artifactCredentials, longestAheadMs = longestAgeMs } = options;
  const credentials = randomCredentials();
  const keys: AccessKey[] = [{ credentials }];
  if (artifactCredentials) keys.push({ credentials: artifactCredentials, operations: ["getObject"] });
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const policy = { keys, host: `127.0.0.1:${port}`, longestAheadMs };
    void answer(request, controlPlane, policy).then(({ status, requestId, wire }) => {
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
    credentials,
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

async function answer(request: IncomingMessage, controlPlane: AwsControlPlane, policy: Policy): Promise<Answer> {
  const requestId = randomUUID();
  let protocol: Protocol = elasticLoadBalancingProtocol;
  try {
    const { method = "", url = "", headers } = request;
    const body = await readBody(request);
    const wireRequest: WireRequest = { method, url, headers, body: body.toString("utf8") };
    protocol = protocols.find((candidate) => candidate.accepts(wireRequest)) ?? protocol;
    const { operations } = await authenticate({ method, url, headers, body }, policy);
    const call = protocol.read(wireRequest);
    if (operations?.includes(call.operation) === false)
      throw new Refused("denied", `this access key may not call ${call.operation}`);
    return { status: 200, requestId, wire: protocol.write(call, await perform(call, controlPlane), requestId) };
  } catch (error) {
    const awsError = asAwsError(error, protocol);
    return { status: awsError.status, requestId, wire: protocol.writeError(awsError, requestId) };
  }
}

function perform({ operation, input }: Call, controlPlane: AwsControlPlane): unknown {
  // A wire knows no types: that input and output fit the operation is for both ends of it to see to.
  const operations = controlPlane as Partial<Record<typeof operation, (input: unknown) => unknown>>;
  const method = operations[operation];
  if (!method) throw new AwsError("UnknownOperationException", `nobody answers ${operation} here`);
  return method.call(controlPlane, input);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not for-await, which would destroy the connection before it can be answered.
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= longestBodyBytes) return void chunks.push(chunk);
      request.pause();
      reject(new AwsError("RequestEntityTooLarge", `the request's body is longer than ${longestBodyBytes} bytes`, 413));
    });
  });
}

function asAwsError(error: unknown, { refusals }: Protocol): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof Refused) return new AwsError(refusals[error.refusal], error.message, 403);
  return new AwsError("InternalFailure", error instanceof Error ? error.message : String(error), 500);
}
