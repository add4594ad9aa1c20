import type { generate as Generate } from "selfsigned";

/** A server's certificate with its private key, both as PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate authority of one rehearsal's own. Its key stays in this process; only who is told trusts it. */
export class CertificateAuthority {
  private constructor(
    /** What a client has to trust, as PEM. */
    readonly certificate: string,
    private readonly privateKey: string,
  ) {}

  static async create(): Promise<CertificateAuthority> {
    const { cert, private: key } = await generate("Greenlight rehearsal", {
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    return new CertificateAuthority(cert, key);
  }

  /** A certificate for these host names; `*.` at the beginning of one stands for one label. */
  async issue(names: readonly [string, ...string[]]): Promise<ServerCertificate> {
    const { cert, private: key } = await generate(names[0], {
      ca: { cert: this.certificate, key: this.privateKey },
      extensions: [
        { name: "basicConstraints", cA: false, critical: true },
        { name: "keyUsage", digitalSignature: true, critical: true },
        { name: "extKeyUsage", serverAuth: true },
        { name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) },
      ],
    });
    return { certificate: cert, privateKey: key };
  }
}

/** Loaded when a stack speaks HTTPS: most rehearsals need not wait for it. */
async function generate(commonName: string, options: Parameters<typeof Generate>[1]) {
  const library = await import("selfsigned");
  // A common name has 64 characters at most (RFC 5280, ub-common-name); it is for people, names are in the extension.
  const attributes = [{ name: "commonName", value: commonName.slice(0, 64) }];
  // A minute back, for a clock that was set in between.
  const notBeforeDate = new Date(Date.now() - 60_000);
  return library.generate(attributes, { keyType: "ec", algorithm: "sha256", notBeforeDate, ...options });
}
