import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { HttpCheck } from "./checks";
import type { Endpoint } from "./test-listener";
import { stopwatch } from "./time";

/** What green answered, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As much of the body as is kept to be judged. */
  readonly body: string;
  /** Real milliseconds from sending to the end of the answer. */
  readonly latencyMs: number;
}

const longestBodyBytes = 1024 * 1024;

// A connection for each request: each one shows that green accepts clients, and none outlives its round.
const httpAgent = new HttpAgent({ keepAlive: false });
const httpsAgent = new HttpsAgent({ keepAlive: false });

/** Sends the check's request to one address of the endpoint and reads the answer to its end. Redirects are not followed. */
export async function send(
  check: HttpCheck,
  endpoint: Endpoint,
  address: string,
  signal: AbortSignal,
): Promise<Answer> {
  const elapsedMs = stopwatch();
  const options = {
    host: address,
    port: endpoint.port,
    method: check.method ?? "GET",
    path: check.path,
    headers: { host: endpoint.host, ...lowerCased(check.headers ?? {}) },
    signal,
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request =
      endpoint.protocol === "HTTPS"
        ? httpsRequest({ ...options, agent: httpsAgent, servername: endpoint.host }, resolve)
        : httpRequest({ ...options, agent: httpAgent }, resolve);
    request.on("error", reject);
    request.end(check.body);
  });
  const body = await readBody(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body, latencyMs: elapsedMs() };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < longestBodyBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, longestBodyBytes).toString("utf8");
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
