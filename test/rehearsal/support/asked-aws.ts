import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { AwsControlPlane } from "../../../rehearsal/aws-endpoint/control-plane";
import type { AwsCredentials } from "../../../rehearsal/aws-endpoint/credentials";
import type { AwsEndpoint } from "../../../rehearsal/aws-endpoint/endpoint";
import { signHeaders } from "../../../rehearsal/aws-endpoint/signature";

/** An AWS that notes what it is asked, and answers with what the test says. */
export class AskedAws {
  readonly inputs: unknown[] = [];
  /** An error is thrown. */
  answer: unknown = {};
  readonly controlPlane: AwsControlPlane;

  /** @param operations those that it knows */
  constructor(...operations: readonly (keyof AwsControlPlane)[]) {
    this.controlPlane = Object.fromEntries(operations.map((name) => [name, (input: unknown) => this.reply(input)]));
  }

  forget(): void {
    this.inputs.length = 0;
    this.answer = {};
  }

  private reply(input: unknown): unknown {
    this.inputs.push(input);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

/** What an SDK's client needs to ask the endpoint, once. */
export function clientConfig({ url, credentials }: AwsEndpoint) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  return { endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 };
}

export interface RawRequest {
  /** @default POST */
  readonly method?: string;
  /** @default / */
  readonly path?: string;
  /** @default none but the host */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default empty */
  readonly body?: string;
}

/** Signs a request by hand; the result may be spoilt before it is sent. */
export async function sign(
  { url, credentials }: { readonly url: string; readonly credentials: AwsCredentials },
  { method = "POST", path = "/", headers = {}, body = "" }: RawRequest,
  { service = "ecs", date = new Date() } = {},
): Promise<Required<RawRequest>> {
  const unsigned = { host: new URL(url).host, ...headers };
  const scope = { region: "us-east-1", service, date };
  const signable = { method, url: path, headers: unsigned, body: Buffer.from(body) };
  return { method, path, headers: await signHeaders(signable, credentials, scope), body };
}

/** Sends what `fetch` would not, such as another Host. */
export async function send({ url }: { readonly url: string }, { method, path, headers, body }: Required<RawRequest>) {
  const { port } = new URL(url);
  const length = { "content-length": String(Buffer.byteLength(body)) };
  const outgoing = request({ host: "127.0.0.1", port, method, path, headers: { ...headers, ...length }, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}
