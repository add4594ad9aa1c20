import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ListenerPorts } from "./limits";
import type { Problem } from "./problems";

/** HTTPS for both listeners, and the name that users call. */
export interface Https {
  /** The name that users call, as `app.example.com`; the certificate must be for it. */
  readonly domainName: string;
  /**
   * The Route 53 hosted zone of the name. There the alias record is made that leads to the load balancer and, unless
   * `certificateArn` is given, the record by which ACM validates a new certificate. @default DNS is kept elsewhere
   */
  readonly zoneId?: pulumi.Input<string>;
  /** A certificate of ACM, in the load balancer's region. @default one is issued, for which `zoneId` is needed */
  readonly certificateArn?: pulumi.Input<string>;
  /**
   * TLS versions and ciphers. The default takes TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3.
   * Source: ALB user guide, describe-ssl-policies. @default "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
   */
  readonly sslPolicy?: string;
  /** The port on which HTTP is sent on to HTTPS, with a 301. @default 80 */
  readonly redirectPort?: number;
}

export const httpsDefaults = { sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", redirectPort: 80 };

/**
 * What is wrong with the plain values.
 *
 * @param ports of the listeners that are made here; undefined where they are there already, certificate and all
 */
export function httpsProblems(https: Https | undefined, ports: ListenerPorts | undefined): Problem[] {
  if (!https) return [];
  const problems: Problem[] = [];
  const wrong = (field: keyof Https, message: string) => problems.push({ path: `https.${field}`, message });
  const { domainName, zoneId, certificateArn, sslPolicy, redirectPort = httpsDefaults.redirectPort } = https;
  if (!/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(domainName) || domainName.length > 253) {
    wrong("domainName", `"${domainName}" is not a name that users can call; expected one like app.example.com.`);
  }
  if (ports && zoneId === undefined && certificateArn === undefined) {
    wrong(
      "certificateArn",
      "is missing; HTTPS needs a certificate: name one, or a zoneId in which one can be validated.",
    );
  }
  if (typeof certificateArn === "string" && !/^arn:[\w-]+:acm:[^:]+:\d{12}:certificate\//.test(certificateArn)) {
    wrong("certificateArn", `"${certificateArn}" is not the ARN of an ACM certificate.`);
  }
  if (sslPolicy !== undefined && !/^ELBSecurityPolicy-TLS13-1-[23]-/.test(sslPolicy)) {
    const expected = "a policy without TLS 1.0 and 1.1: ELBSecurityPolicy-TLS13-1-2-… or ELBSecurityPolicy-TLS13-1-3-…";
    wrong("sslPolicy", `is "${sslPolicy}"; expected ${expected}.`);
  }
  for (const [other, port] of Object.entries(ports ?? {})) {
    if (redirectPort === port) {
      wrong(
        "redirectPort",
        `is ${port}, as ${other} is; one load balancer has one listener a port, so choose another.`,
      );
    }
  }
  return problems;
}

/** The certificate given, or one that ACM issues once it has seen its record in the zone; known when it is issued. */
export function certificateArn(name: string, https: Https, opts: pulumi.CustomResourceOptions): pulumi.Input<string> {
  if (https.certificateArn !== undefined) return https.certificateArn;
  const certificate = new aws.acm.Certificate(
    name,
    { domainName: https.domainName, validationMethod: "DNS" },
    // A listener never is without a certificate: the new one is there before the old one goes, which AWS refuses to
    // delete while it is in use. Pulumi's default, said because it matters.
    { ...opts, deleteBeforeReplace: false },
  );
  const option = certificate.domainValidationOptions[0]!;
  const record = new aws.route53.Record(
    `${name}-validation`,
    {
      zoneId: https.zoneId!,
      name: option.resourceRecordName,
      type: option.resourceRecordType,
      records: [option.resourceRecordValue],
      ttl: 300,
      // The record is the same for every certificate of the name in one account, so another stack may have made it.
      // Source: ACM user guide, dns-validation.
      allowOverwrite: true,
    },
    opts,
  );
  const validation = new aws.acm.CertificateValidation(
    name,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    opts,
  );
  return validation.certificateArn;
}

/** Leads the name to the load balancer. */
export function aliasRecord(
  name: string,
  { domainName, zoneId }: Https,
  loadBalancer: aws.lb.LoadBalancer,
  opts: pulumi.CustomResourceOptions,
): void {
  if (zoneId === undefined) return;
  const alias = { name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId, evaluateTargetHealth: true };
  new aws.route53.Record(name, { zoneId, name: domainName, type: "A", aliases: [alias] }, opts);
}
