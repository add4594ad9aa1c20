import type { Fault } from "../fault";

const settings = { "greenlight:scanGate": '{"severity":"HIGH"}' };

/** What the program itself refuses, before anything is created. */
export const settingsFaults: readonly Fault[] = [
  {
    name: "certificate-missing",
    fault: "HTTPS without a certificate, and without a zone to validate one in",
    settings: { "greenlight:https": '{"domainName":"shop.example.com"}' },
    expected: { endState: "not created", noticed: { by: "pulumi", saying: /certificateArn: is missing; HTTPS needs/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "certificate-elsewhere",
    fault: "HTTPS with something that is no certificate of ACM",
    settings: {
      "greenlight:https":
        '{"domainName":"shop.example.com","certificateArn":"arn:aws:iam::123456789012:server-certificate/shop"}',
    },
    expected: { endState: "not created", noticed: { by: "pulumi", saying: /is not the ARN of an ACM certificate/ } },
    run: (stage) => stage.release(),
  },
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
