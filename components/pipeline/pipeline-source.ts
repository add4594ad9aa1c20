import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arns, codeBuild, codePipeline } from "../../aws-rules";
import { isAbsolute, normalize } from "node:path/posix";
import { sourceArtifact } from "./artifacts";
import type { TriggerArgs } from "./pipeline-triggers";
import type { Statement } from "../policy";
import type { Problem } from "../problems";
import { textProblems } from "../rule-problems";

/** Where a pipeline's runs get what they build: its source action, and what the pipeline's role needs for it. */
export interface PipelineSource {
  readonly action: aws.types.input.codepipeline.PipelineStageAction;
  readonly statements: readonly Statement[];
}

export interface GithubSourceArgs {
  readonly githubRepository: string;
  readonly branch: string;
  readonly triggers?: TriggerArgs;
  readonly connectionArn: pulumi.Input<string>;
}

interface SourceSettings {
  readonly githubRepository?: string | undefined;
  readonly branch?: string | undefined;
  readonly connectionArn?: pulumi.Input<string> | undefined;
  readonly sourceDirectory?: string | undefined;
}

/** What is wrong with where commits are, and the app in them. */
export function sourceProblems(source: SourceSettings): Problem[] {
  const problems = textProblems("", source, {
    githubRepository: codePipeline.githubRepository,
    branch: codePipeline.branch,
    connectionArn: arns.connectionArn,
    sourceDirectory: codeBuild.buildPath,
  });
  const { sourceDirectory = "." } = source;
  const wrong = (message: string) => problems.push({ path: "sourceDirectory", message });
  if (isAbsolute(sourceDirectory) || normalize(sourceDirectory).startsWith(".."))
    wrong(`"${sourceDirectory}" is not in the repository; expected a folder below its top, like services/shop.`);
  // `docker build` and `cd` get it as a word.
  if (sourceDirectory.startsWith("-"))
    wrong(`"${sourceDirectory}" would be read as an option of docker build. Write "./${sourceDirectory}".`);
  return problems;
}

const namespace = "SourceVariables";

/** What later actions know the commit's id by. Source: CodePipeline user guide, reference-variables. */
export const commitVariable = `#{${namespace}.CommitId}`;

/** Commits by way of a connection to GitHub. Source: CodePipeline user guide, action-reference-CodestarConnectionSource. */
export function githubSource({ githubRepository, branch, triggers, connectionArn }: GithubSourceArgs): PipelineSource {
  return {
    action: {
      name: "Commit",
      category: "Source",
      owner: "AWS",
      provider: "CodeStarSourceConnection",
      version: "1",
      namespace,
      outputArtifacts: [sourceArtifact],
      configuration: {
        ConnectionArn: connectionArn,
        FullRepositoryId: githubRepository,
        BranchName: branch,
        OutputArtifactFormat: "CODE_ZIP",
        // Where triggers choose the pushes, every push to the branch must not start a run besides.
        DetectChanges: triggers ? "false" : "true",
      },
    },
    statements: [
      {
        // The service was renamed; AWS asks for the permission under either name.
        actions: ["codeconnections:UseConnection", "codestar-connections:UseConnection"],
        resources: [connectionArn],
      },
    ],
  };
}

export function githubConnection(
  name: string,
  arn: pulumi.Input<string> | undefined,
  opts: pulumi.CustomResourceOptions,
): { arn: pulumi.Input<string>; status: pulumi.Output<string> } {
  if (arn !== undefined) return { arn, status: pulumi.output("given; see the console") };
  const connection = new aws.codeconnections.Connection(name, { providerType: "GitHub" }, opts);
  return { arn: connection.arn, status: connection.connectionStatus };
}
