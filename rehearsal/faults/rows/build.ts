import type { Fault } from "../fault";

const settings = { "greenlight:scanGate": '{"severity":"HIGH"}' };

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
