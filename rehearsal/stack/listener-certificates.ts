import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "../graph/account";
import type { ListenerResource } from "../graph/resources";
import { CertificateAuthority, type ServerCertificate } from "../load-balancer/certificates";
import type { Workspace } from "../workspace";

export interface CertificateOptions {
  readonly account: Account;
  /** The name that users call. */
  readonly host: string;
  readonly workspace: Workspace;
}

export interface Certificates {
  /** By the listener's ARN. */
  readonly of: ReadonlyMap<string, ServerCertificate>;
  /** The authority that issued them, as PEM, and a file with it; none without HTTPS. */
  readonly ca?: string;
  readonly caFile?: string;
}

/**
 * Certificates of the listeners that speak HTTPS. One that the program has issued is for the program's name; of one that
 * is only given by ARN nothing is known here, and it is taken to be for the name that users call.
 */
export async function listenerCertificates(
  listeners: readonly ListenerResource[],
  { account, host, workspace }: CertificateOptions,
): Promise<Certificates> {
  const secure = listeners.filter(({ protocol }) => protocol === "HTTPS");
  if (secure.length === 0) return { of: new Map() };
  const authority = await CertificateAuthority.create();
  const of = new Map<string, ServerCertificate>();
  for (const { arn, certificateArn = "" } of secure) {
    of.set(arn, await authority.issue([account.certificateName(certificateArn) ?? host]));
  }
  const caFile = join(workspace.directory, "ca.pem");
  await writeFile(caFile, authority.certificate);
  return { of, ca: authority.certificate, caFile };
}
