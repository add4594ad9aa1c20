import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arns, elb, http, names } from "../../aws-rules";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { ListenerPorts } from "../limits";
import type { EventPatterns } from "../notifications/notifications";
import { type Problem, refuse } from "../problems";
import { rangeProblems, textProblems } from "../rule-problems";

/** HTTPS for both listeners, and the name that users call. */
export interface Https {
  /** The name that users call, as `app.example.com`; the certificate must be for it. */
  readonly domainName: string;
  /**
   * The Route 53 hosted zone of the name. There the alias record is made that leads to the load balancer and, unless
   * `certificateArn` is given, the record by which ACM validates a new certificate. @default DNS is kept elsewhere
   */
  readonly zoneId?: pulumi.Input<string>;
  /** A certificate of ACM, in the load balancer's region, issued for the name. @default one is issued, for which `zoneId` is needed */
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
  const { domainName, zoneId, certificateArn, redirectPort = httpsDefaults.redirectPort } = https;
  const problems = textProblems("https", https, {
    domainName: names.domainName,
    zoneId: names.hostedZoneId,
    certificateArn: arns.certificateArn,
  });
  const wrong = (field: keyof Https, message: string) => problems.push({ path: `https.${field}`, message });
  const issued = certificateArn === undefined && zoneId !== undefined;
  if (issued && domainName.length > names.issuedDomainName.most && problems.length === 0) {
    const limit = `ACM issues certificates for names of at most ${names.issuedDomainName.most}`;
    wrong("domainName", `has ${domainName.length} characters; ${limit}. Name a certificate in certificateArn.`);
  }
  if (ports && zoneId === undefined && certificateArn === undefined) {
    wrong(
      "certificateArn",
      "is missing; HTTPS needs a certificate: name one, or a zoneId in which one can be validated.",
    );
  }
  problems.push(
    ...textProblems("https", https, { sslPolicy: elb.sslPolicy }),
    ...rangeProblems("https", https, { redirectPort: http.port }),
  );
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
export function certificateArn(name: string, https: Https, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  if (https.certificateArn !== undefined) return givenCertificate(name, https.certificateArn, https.domainName, opts);
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

/**
 * A certificate that is there already. ACM is asked about it, in a preview too: a load balancer refuses one that is not
 * issued when half of `pulumi up` is done, and clients refuse one that has expired or is for another name.
 */
function givenCertificate(
  name: string,
  givenArn: pulumi.Input<string>,
  domainName: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const given = aws.acm.Certificate.get(`${name}-given`, givenArn, { domainName }, opts);
  const { arn, status, notAfter, domainName: own, subjectAlternativeNames } = given;
  // Nothing waits for this, and it waits for nothing: the program ends before much else is made.
  pulumi.output({ arn, status, notAfter, own, subjectAlternativeNames }).apply((known) => {
    const names = [...new Set([known.own, ...known.subjectAlternativeNames])];
    refuse(`The certificate of "${name}"`, certificateProblems({ ...known, names, domainName }));
  });
  return arn;
}

/** Status as ACM has it. Source: ACM API reference, CertificateDetail. */
interface KnownCertificate {
  readonly arn: string;
  readonly status: string;
  /** When it expires; empty before it is issued. */
  readonly notAfter: string;
  /** What it is for; `*.` at the beginning of one stands for one label. */
  readonly names: readonly string[];
  readonly domainName: string;
}

function certificateProblems({ arn, status, notAfter, names, domainName }: KnownCertificate): Problem[] {
  const path = "https.certificateArn";
  if (status !== "ISSUED") {
    const state = status === "EXPIRED" ? `EXPIRED since ${notAfter}` : status;
    const way = "renew it, which keeps its ARN, or name another; or leave it out, and one is issued in zoneId";
    return [{ path, message: `${arn} is ${state}; expected one that is ISSUED: ${way}.` }];
  }
  const subjectaltname = names.map((one) => `DNS:${one}`).join(", ");
  if (checkServerIdentity(domainName, { subjectaltname } as PeerCertificate) === undefined) return [];
  return [{ path, message: `${arn} is for ${names.join(", ")}; expected one for ${domainName}.` }];
}

/**
 * What ACM tells of a certificate that will not be good for long. It renews those that it issued, unless it needs a person
 * for that; an imported one is for its owner to replace. Source: ACM user guide, supported-events.
 */
export function certificateEvents(certificateArn: pulumi.Output<string> | undefined): EventPatterns {
  if (certificateArn === undefined) return {};
  const events = ["Approaching Expiration", "Renewal Action Required", "Expired"];
  return {
    certificate: pulumi.jsonStringify({
      source: ["aws.acm"],
      "detail-type": events.map((event) => `ACM Certificate ${event}`),
      resources: [certificateArn],
    }),
  };
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
