import type { AwsControlPlane } from "../../../rehearsal/aws-endpoint/control-plane";
import type { AwsEndpoint } from "../../../rehearsal/aws-endpoint/endpoint";

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
export function clientConfig({ url }: AwsEndpoint) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const credentials = { accessKeyId: "TEST", secretAccessKey: "not-a-secret" };
  return { endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 };
}
