import { orMocked } from "./mocked-values";

const substitute = "arn:aws:service:us-east-1:123456789012:resource/mocked";

/** The ARN that a provider has returned. */
export function returnedArn(arn: string | undefined): string {
  return orMocked(arn, "ARN", substitute);
}

export interface ArnParts {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Where the thing is that an ARN names. */
export function arnParts(arn: string | undefined): ArnParts {
  const [, partition = "", , region = "", account = ""] = returnedArn(arn).split(":");
  return { partition, region, account };
}
