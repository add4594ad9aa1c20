import { strToU8, zipSync } from "fflate";
import { join } from "node:path";
import type { Buckets } from "../codepipeline/buckets";
import type { ExecutionResult, PipelineRunner } from "../codepipeline/pipeline";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import type { LocalRepository, Push } from "../source/local-repository";
import type { Workspace } from "../workspace";

/** Where the stack before says what it has released, and the repository of its images. */
export interface StackBefore {
  readonly bucket: string;
  readonly key: string;
  readonly repositoryUri: string;
}

/** The stack that this one promotes from; undefined where this one builds commits itself. */
export function stackBefore(account: Account): StackBefore | undefined {
  const actions = account.pipeline.stages.flatMap((stage) => stage.actions);
  const sources = actions.filter(({ provider, category }) => provider === "S3" && category === "Source");
  const released = sources.find(({ configuration: { S3Bucket = "" } }) => !account.hasBucket(S3Bucket));
  const build = actions.find(({ provider }) => provider === "CodeBuild");
  if (!released || !build) return undefined;
  const { environmentVariables = [] } = account.buildProject(build.configuration.ProjectName ?? "").environment;
  const repositoryUri = environmentVariables.find(({ name }) => name === "SOURCE_REPOSITORY_URI")?.value;
  const { S3Bucket: bucket = "", S3ObjectKey: key = "" } = released.configuration;
  return repositoryUri === undefined ? undefined : { bucket, key, repositoryUri };
}

export interface PlayedBefore {
  readonly before: StackBefore;
  /** Builds a checkout and pushes it to the repository of the stack before, under `tag`; returns the image by digest. */
  readonly buildImage: (directory: string, tag: string) => Promise<string>;
  readonly buckets: Buckets;
  readonly repository: LocalRepository;
  readonly pipeline: PipelineRunner;
  readonly workspace: Workspace;
  readonly timeline: Timeline;
}

/**
 * Plays the stack before for one commit: its image is built and is taken as released there, which starts this stack's
 * pipeline. Its own tests and its own shift are not played; rehearse that stack for them.
 */
export async function releaseBefore(
  { commitId, message }: Push,
  { before, buildImage, buckets, repository, pipeline, workspace, timeline }: PlayedBefore,
): Promise<ExecutionResult> {
  const text = `the stack before builds ${commitId.slice(0, 7)}; how it releases it is not played here`;
  timeline.emit("rehearsal", "before.started", text, { commitId });
  const directory = join(workspace.directory, "sources", `before-${commitId}`);
  await repository.checkout(commitId, directory);
  const image = await buildImage(directory, commitId);
  const files = {
    "imageDetail.json": strToU8(`${JSON.stringify({ ImageURI: image })}\n`),
    "commit.txt": strToU8(`${commitId}\n`),
  };
  buckets.release(before.bucket, before.key, Buffer.from(zipSync(files)));
  return pipeline.start(commitId, message);
}
