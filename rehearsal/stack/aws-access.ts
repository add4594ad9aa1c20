import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AwsControlPlane } from "../aws-endpoint/control-plane";
import { type AwsCredentials, randomCredentials } from "../aws-endpoint/credentials";
import { type AwsEndpoint, startAwsEndpoint } from "../aws-endpoint/endpoint";
import { shellQuote } from "../sandbox/shell-quote";
import { longestClockLeadMs } from "../lambda/invoke-function";

export interface AwsAccessOptions {
  /** What is answered, read when the endpoint starts. */
  readonly controlPlane: () => AwsControlPlane;
  /** A folder that no other user can read. */
  readonly directory: string;
  /** AWS seconds per real second. */
  readonly scale: number;
}

/** The rehearsed AWS, for whoever calls it by an SDK or the CLI. It listens from the first call of `open` on. */
export class AwsAccess {
  /** For CodePipeline's jobs; they read artifacts and nothing else. */
  readonly artifactCredentials: AwsCredentials = { ...randomCredentials(), sessionToken: "rehearsal" };
  /** Variables that a person's shell or the AWS CLI needs: `. FILE`. */
  readonly environmentFile: string;
  private endpoint: Promise<AwsEndpoint> | undefined;

  constructor(private readonly options: AwsAccessOptions) {
    this.environmentFile = join(options.directory, "aws.env");
  }

  open(): Promise<AwsEndpoint> {
    this.endpoint ??= this.start();
    return this.endpoint;
  }

  /** How a person calls it from a shell, with the AWS CLI. */
  async invitation(listenerArn: string): Promise<string> {
    const { url } = await this.open();
    const example = `. ${shellQuote(this.environmentFile)} && aws elbv2 describe-listeners --listener-arns ${listenerArn}`;
    return `AWS answers at ${url}, with the key in ${this.environmentFile}: ${example}`;
  }

  async close(): Promise<void> {
    await (await this.endpoint)?.close();
  }

  private async start(): Promise<AwsEndpoint> {
    const { controlPlane, scale } = this.options;
    const endpoint = await startAwsEndpoint({
      controlPlane: controlPlane(),
      artifactCredentials: this.artifactCredentials,
      longestAheadMs: longestClockLeadMs(scale),
    });
    await writeFile(this.environmentFile, shellVariables(endpoint), { mode: 0o600 });
    return endpoint;
  }
}

/** A profile or a session of the person's own would win over the key. */
function shellVariables({ url, credentials }: AwsEndpoint): string {
  const variables = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
  return ["unset AWS_PROFILE AWS_SESSION_TOKEN", ...lines, ""].join("\n");
}
