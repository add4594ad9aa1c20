import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { grant } from "../policy";
import type { SecretParameter } from "../secret-parameter";
import type { CpuArchitecture } from "../task/task-definition";
import { sourceArtifact } from "./artifacts";
import { buildMachine, buildRole, buildStatements } from "./build-environment";
import {
  type BuildTestsArgs,
  readSecretCommand,
  reportGroup,
  reports,
  reportStatements,
  runTests,
} from "./build-tests";

export interface TestProjectArgs {
  readonly tests: BuildTestsArgs;
  /** Holds the command where `tests` does not. */
  readonly secretParameter?: SecretParameter | undefined;
  readonly repository: aws.ecr.Repository;
  readonly artifactBucketArn: pulumi.Input<string>;
  readonly cpuArchitecture: CpuArchitecture;
  /** Folder of the app within the source repository. */
  readonly sourceDirectory: string;
  readonly logRetentionDays: number;
  /** Made the report group in earlier versions. */
  readonly formerParent: pulumi.Resource;
}

/**
 * The CodeBuild project that runs the app's own tests. They run code of every dependency, so its role reads the commit, writes its log and its
 * reports, and may do nothing else. docs/decisions/tests-in-their-own-project.md.
 */
export class TestProject extends pulumi.ComponentResource {
  readonly project: aws.codebuild.Project;
  /** Before the image is built. */
  readonly action: aws.types.input.codepipeline.PipelineStageAction;

  constructor(name: string, args: TestProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:TestProject", name, {}, opts);
    const parent = { parent: this };
    const logGroup = new aws.cloudwatch.LogGroup(`${name}-tests`, { retentionInDays: args.logRetentionDays }, parent);
    const role = buildRole(`${name}-tests`, args.repository, parent);
    const secret = args.tests.command === undefined ? args.secretParameter : undefined;
    const group = reportGroup(name, args.tests, { ...parent, aliases: [{ parent: args.formerParent }] });
    const granted = grant(
      `${name}-tests`,
      role,
      [
        ...buildStatements({ ...args, logGroup, reads: [sourceArtifact], writes: [] }),
        ...(group ? reportStatements(group.arn) : []),
        // Source: CodeBuild user guide, build-spec-ref, "env/parameter-store".
        ...(secret ? [secret.readBy("ssm:GetParameters")] : []),
      ],
      parent,
    );
    this.project = new aws.codebuild.Project(
      `${name}-tests`,
      {
        description: "Runs the app's tests before its image is built",
        serviceRole: role.arn,
        source: { type: "CODEPIPELINE", buildspec: buildspec(args, group) },
        artifacts: { type: "CODEPIPELINE" },
        environment: {
          ...buildMachine(args.cpuArchitecture),
          environmentVariables: [
            { name: "APP_DIRECTORY", value: args.sourceDirectory },
            secret
              ? { name: "SECRETS", type: "PARAMETER_STORE", value: secret.parameter.name }
              : { name: "TEST_COMMAND", value: args.tests.command! },
          ],
        },
        buildTimeout: 30,
        logsConfig: { cloudwatchLogs: { groupName: logGroup.name } },
      },
      // The first run may begin as soon as the project exists.
      { parent: this, dependsOn: [granted] },
    );
    this.action = {
      name: "Tests",
      category: "Test",
      owner: "AWS",
      provider: "CodeBuild",
      version: "1",
      inputArtifacts: [sourceArtifact],
      configuration: { ProjectName: this.project.name },
    };
    this.registerOutputs();
  }
}

function buildspec(
  { tests, sourceDirectory }: TestProjectArgs,
  group: aws.codebuild.ReportGroup | undefined,
): pulumi.Input<string> {
  const isSecret = tests.command === undefined;
  if (!group) return renderTestBuildspec(isSecret);
  return group.arn.apply((arn) => renderTestBuildspec(isSecret, reports(tests, arn, sourceDirectory)));
}

/**
 * The buildspec of the tests, as YAML; APP_DIRECTORY and TEST_COMMAND are variables of the project.
 *
 * @param isSecret whether the command is in the project's variable SECRETS instead, and the log does not show it
 * @param reports what the tests' reports are, by the ARN of their group
 */
export function renderTestBuildspec(isSecret = false, reports?: Readonly<Record<string, object>>): string {
  const commands = isSecret ? [readSecretCommand, runTests("")] : [runTests(": $TEST_COMMAND")];
  const buildspec = {
    version: 0.2,
    env: { shell: "bash" },
    phases: { build: { commands } },
    ...(reports ? { reports } : {}),
  };
  return stringify(buildspec, { lineWidth: 0, blockQuote: "literal" });
}
