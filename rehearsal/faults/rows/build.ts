import type { Fault } from "../fault";

const settings = { "greenlight:scanGate": '{"severity":"HIGH"}' };

const certificateArn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123";

/** HTTPS that the program refuses, in a preview too. */
const notCreated = (
  name: string,
  fault: string,
  saying: RegExp,
  https: object,
  existing?: Fault["existing"],
): Fault => ({
  name,
  fault,
  settings: { "greenlight:https": JSON.stringify({ domainName: "shop.example.com", ...https }) },
  ...(existing ? { existing } : {}),
  expected: { endState: "not created", noticed: { by: "pulumi", saying } },
  run: (stage) => stage.release(),
});

/** What the program itself refuses, before anything is created. */
export const settingsFaults: readonly Fault[] = [
  notCreated(
    "certificate-missing",
    "HTTPS without a certificate, and without a zone to validate one in",
    /certificateArn: is missing; HTTPS needs/,
    {},
  ),
  notCreated(
    "certificate-elsewhere",
    "HTTPS with something that is no certificate of ACM",
    /expected the ARN of an ACM certificate/,
    { certificateArn: "arn:aws:iam::123456789012:server-certificate/shop" },
  ),
  notCreated(
    "certificate-expired",
    "HTTPS with a certificate that has expired",
    /certificateArn: \S+ is EXPIRED since 2026-01-31T12:00:00Z; expected one that is ISSUED/,
    { certificateArn },
    { [certificateArn]: { status: "EXPIRED", notAfter: "2026-01-31T12:00:00Z" } },
  ),
  notCreated(
    "certificate-not-issued",
    "HTTPS with a certificate that has not been validated yet",
    /certificateArn: \S+ is PENDING_VALIDATION; expected one that is ISSUED/,
    { certificateArn },
    { [certificateArn]: { status: "PENDING_VALIDATION", notAfter: "" } },
  ),
  notCreated(
    "certificate-of-another-name",
    "HTTPS with a certificate that is for another name",
    /certificateArn: \S+ is for \*\.example\.org; expected one for shop\.example\.com/,
    { certificateArn },
    { [certificateArn]: { domainName: "*.example.org", subjectAlternativeNames: ["*.example.org"] } },
  ),
];

/** What stops a release in its build, before anything is deployed. */
export const build: readonly Fault[] = [
  {
    name: "scan-finds",
    fault: "ECR finds a critical vulnerability in the image",
    settings,
    expected: { endState: "refused", noticed: { by: "codebuild", saying: /CRITICAL\s+CVE-2026-1/ } },
    run: async (stage) => {
      await stage.findInImages([
        { severity: "LOW", name: "CVE-2026-2" },
        { severity: "CRITICAL", name: "CVE-2026-1" },
      ]);
      return stage.release();
    },
  },
  {
    name: "scan-finds-little",
    fault: "ECR finds a vulnerability below the chosen severity",
    settings,
    expected: { endState: "released", noticed: { by: "codebuild", saying: /ECR found nothing of CRITICAL,HIGH/ } },
    run: async (stage) => {
      await stage.findInImages([{ severity: "MEDIUM", name: "CVE-2026-3" }]);
      return stage.release();
    },
  },
];
