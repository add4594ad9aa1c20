import { join } from "node:path";
import type { Clock } from "../clock";
import { runBuild } from "../codebuild/run-build";
import type { Approvals } from "../codepipeline/approvals";
import { extract, inputArtifact, zipArtifact } from "../codepipeline/artifacts";
import type { Buckets } from "../codepipeline/buckets";
import { readRelease } from "../codepipeline/deploy-action";
import { imageScan } from "../codepipeline/image-scan";
import type { LambdaJobs } from "../codepipeline/lambda-jobs";
import type { ActionPerformer, Artifact, PipelineExecution } from "../codepipeline/execution";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import type { BuildVariable, PipelineAction } from "../graph/resources";
import type { LocalRepository } from "../source/local-repository";
import type { Workspace } from "../workspace";
import type { Images } from "./images";
import type { Stack } from "./stack";

export interface ActionOptions {
  readonly account: Account;
  readonly repository: LocalRepository;
  readonly images: Images;
  readonly stack: Stack;
  readonly approvals: Approvals;
  readonly buckets: Buckets;
  readonly jobs: LambdaJobs;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

/** The pipeline's actions by provider, each performed on this machine. */
export function actionPerformers(options: ActionOptions): Readonly<Record<string, ActionPerformer>> {
  const { repository, stack, approvals, jobs } = options;
  return {
    Manual: (action, execution) => approvals.ask(action, execution),
    CodeStarSourceConnection: (action, execution) => commit(action, execution, repository),
    S3: (action, execution) => Promise.resolve(objects(action, execution, options)),
    CodeBuild: (action, execution) => build(action, execution, options),
    InspectorScan: imageScan(options),
    Lambda: (action, execution) => jobs.perform(action, execution),
    CodeDeployToECS: async (action, execution) => {
      const deployment = stack.createDeployment(readRelease(action, execution));
      const { status, reason } = await deployment.run();
      if (status !== "Succeeded") throw new Error(`deployment ${deployment.id} ${status}: ${reason}`);
      return undefined;
    },
  };
}

/** A commit. Source of its variables, as far as a run knows them: CodePipeline user guide, action-reference-CodestarConnectionSource. */
async function commit(
  { configuration }: PipelineAction,
  { commitId, summary }: PipelineExecution,
  repository: LocalRepository,
): Promise<Artifact> {
  const { ConnectionArn = "", FullRepositoryId: FullRepositoryName = "" } = configuration;
  const variables = { CommitId: commitId, CommitMessage: summary, ConnectionArn, FullRepositoryName };
  return { ...zipArtifact(await repository.archive(commitId)), commitId, variables };
}

/** The provider S3, as a source and as what deploys to a bucket. */
function objects(action: PipelineAction, execution: PipelineExecution, { account, buckets }: ActionOptions) {
  if (action.category === "Deploy") {
    buckets.deploy(action, execution);
    return undefined;
  }
  const { S3Bucket = "", S3ObjectKey = "" } = action.configuration;
  if (account.hasBucket(S3Bucket)) return zipArtifact(account.object(S3Bucket, S3ObjectKey));
  const released = buckets.get(S3Bucket, S3ObjectKey);
  if (released) return zipArtifact(released);
  throw new Error(`there is no ${S3ObjectKey} in the bucket ${S3Bucket}; the stack before has released nothing yet`);
}

/** The variable's value, or that of the parameter that it names. Source: CodeBuild API, EnvironmentVariable. */
function valueOf({ name, value, type }: BuildVariable, account: Account): string {
  if (type !== "PARAMETER_STORE") return value;
  const parameter = account.parameter(value);
  if (!parameter) throw new Error(`there is no parameter ${value}, which the build's variable ${name} names`);
  return parameter.value;
}

async function build(
  { name, configuration: { ProjectName: projectName = "" }, inputArtifacts: [source = ""] = [] }: PipelineAction,
  execution: PipelineExecution,
  options: ActionOptions,
): Promise<Artifact | undefined> {
  const { account, repository, images, workspace, clock, timeline, signal } = options;
  const project = account.buildProject(projectName);
  const artifact = inputArtifact(execution, source);
  const { commitId = execution.commitId } = artifact;
  const sourceDirectory = join(workspace.directory, "sources", `${execution.id}-${name}`);
  // What is promoted is no commit.
  if (artifact.commitId === undefined) await extract(artifact, sourceDirectory);
  else await repository.checkout(commitId, sourceDirectory);
  const variables = project.environment.environmentVariables ?? [];
  const result = await runBuild({
    buildspec: project.source.buildspec,
    sourceDirectory,
    environment: {
      ...Object.fromEntries(variables.map((variable) => [variable.name, valueOf(variable, account)])),
      // What CodeBuild adds. Source: CodeBuild user guide, build-env-ref-env-vars.
      AWS_REGION: account.region,
      AWS_DEFAULT_REGION: account.region,
      CODEBUILD_BUILD_ID: `${projectName}:${execution.id}`,
      CODEBUILD_BUILD_ARN: `${project.arn.replace(":project/", ":build/")}:${execution.id}`,
      CODEBUILD_RESOLVED_SOURCE_VERSION: commitId,
      CODEBUILD_INITIATOR: `codepipeline/${projectName}`,
      ...images.buildEnvironment,
    },
    pathPrefix: images.binDirectory,
    standIns: images.standIns,
    workDirectory: workspace.directory,
    // CodeBuild's default. Source: CodeBuild API reference, CreateProject.
    timeoutMinutes: project.buildTimeout ?? 60,
    clock,
    timeline,
    processes: workspace.processes,
    signal,
  });
  signal.throwIfAborted();
  if (result.status !== "SUCCEEDED") throw new Error(`build ${result.status}: ${result.reason}`);
  return result.artifact && zipArtifact(result.artifact);
}
