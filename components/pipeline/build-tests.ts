import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { codeBuild } from "../../aws-rules";
import type { Statement } from "../policy";
import type { Problem } from "../problems";
import { listProblems, textProblems } from "../rule-problems";
import type { SecretParameter } from "../secret-parameter";

/** The app's own tests, run in a build project of their own before the image is built. */
export interface BuildTestsArgs {
  /**
   * Run by bash in the app's folder: `npm ci && npm test`. If it fails, so does the release, before anything is built.
   * @default that of the pipeline's `secretParameter`
   */
  readonly command?: string | undefined;
  /** The reports that it writes, by patterns relative to the app's folder: `reports/*.xml`. @default none */
  readonly reportFiles?: readonly string[];
  /** @default "JUNITXML" */
  readonly reportFormat?: (typeof reportFormats)[number];
}

/** Source: CodeBuild user guide, build-spec-ref, "reports/file-format". */
export const reportFormats = [
  "JUNITXML",
  "CUCUMBERJSON",
  "NUNITXML",
  "NUNIT3XML",
  "TESTNGXML",
  "VISUALSTUDIOTRX",
] as const;

export function testsProblems({
  tests,
  promoteFrom,
  secretParameter,
}: {
  tests?: BuildTestsArgs | undefined;
  promoteFrom?: object | undefined;
  secretParameter?: SecretParameter | undefined;
}): Problem[] {
  if (!tests) return [];
  if (promoteFrom) {
    const message = "has no meaning beside promoteFrom: the stack that builds runs them. Leave one of them out.";
    return [{ path: "tests", message }];
  }
  const problems = [
    ...commandProblems(tests, secretParameter),
    ...textProblems("tests", tests, { command: codeBuild.command }),
    ...listProblems("tests.reportFiles", tests.reportFiles, codeBuild.buildPath),
  ];
  if (tests.reportFormat === undefined || tests.reportFiles?.length) return problems;
  const message = "has no reports. Set reportFiles, or remove reportFormat.";
  return [...problems, { path: "tests.reportFormat", message }];
}

/** The command is in one place: here, or in the secret parameter. The reader of the settings has no parameter yet. */
function commandProblems({ command }: BuildTestsArgs, secretParameter: SecretParameter | undefined): Problem[] {
  const isSecret = secretParameter?.holds.has("testCommand") ?? false;
  const path = "tests.command";
  if (isSecret && command !== undefined)
    return [{ path, message: "is in secretParameter too. Remove one of the two." }];
  if (!secretParameter || isSecret || command !== undefined) return [];
  return [{ path, message: "is missing. Say what runs the tests, or give secretParameter a testCommand." }];
}

/** Where reports are kept, for 30 days. Source: CodeBuild user guide, test-report. */
export function reportGroup(
  name: string,
  tests: BuildTestsArgs | undefined,
  opts: pulumi.CustomResourceOptions,
): aws.codebuild.ReportGroup | undefined {
  if (!tests?.reportFiles?.length) return undefined;
  return new aws.codebuild.ReportGroup(
    `${name}-tests`,
    // The reports expire by themselves; a group that has some could not be deleted otherwise.
    { type: "TEST", exportConfig: { type: "NO_EXPORT" }, deleteReports: true },
    opts,
  );
}

/** Source: CodeBuild user guide, test-permissions; the group is there already. */
export function reportStatements(groupArn: pulumi.Input<string>): Statement[] {
  return [
    {
      actions: ["codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:UpdateReport"],
      resources: [groupArn],
    },
  ];
}

/** Before the tests: their command out of the stack's secrets, which the tests themselves do not get. */
export const readSecretCommand = `\
set -euo pipefail
TEST_COMMAND=$(node -p 'JSON.parse(process.env.SECRETS).testCommand')
export TEST_COMMAND
unset SECRETS
`;

/** The tests' one step. @param named how the log names the command */
export const runTests = (named: string) => `\
set -euo pipefail
echo "Running the tests${named}"
test_status=0
(cd "$APP_DIRECTORY" && bash -c "$TEST_COMMAND") || test_status=$?
if [ "$test_status" -ne 0 ]; then
  echo "The tests failed with exit status $test_status; this commit is not released${named}" >&2
  exit 1
fi
`;

/** The buildspec's reports, by the group's ARN. */
export function reports(
  { reportFiles = [], reportFormat = "JUNITXML" }: BuildTestsArgs,
  groupArn: string,
  directory: string,
) {
  return { [groupArn]: { files: reportFiles, "base-directory": directory, "file-format": reportFormat } };
}
