import { randomBytes } from "node:crypto";

/** An access key, as the SDK takes it. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials, which come with one. @default none */
  readonly sessionToken?: string;
}

/** A new access key that exists for one rehearsal. */
export function randomCredentials(): AwsCredentials {
  return {
    accessKeyId: `REHEARSAL${randomBytes(6).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
}
