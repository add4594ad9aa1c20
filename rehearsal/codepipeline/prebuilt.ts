import { zipSync } from "fflate";
import type { Pipeline, PipelineAction } from "../graph/resources";
import { zipArtifact } from "./artifacts";
import { newExecution, performAction } from "./execution";
import type { ActionPerformer, Artifact } from "./execution";

type Performers = Readonly<Record<string, ActionPerformer>>;

/**
 * Deploys an image that is built already: the actions of the pipeline's last stage alone, with the artifacts that its
 * sources and its build would have handed them. Many releases can follow each other quickly that way.
 *
 * @param image `repository@sha256:…`
 * @throws Error with the reason when the deployment does not succeed
 */
export async function deployImage({ stages }: Pipeline, performers: Performers, image: string): Promise<void> {
  const execution = newExecution("", image);
  const made: Performers = { ...performers, CodeBuild: () => Promise.resolve(imageArtifact(image)) };
  const before = stages.slice(0, -1).flatMap(({ actions }) => actions.filter(isNeeded));
  for (const action of [...before, ...stages.at(-1)!.actions]) await performAction(made, action, execution);
}

function isNeeded({ provider, category, outputArtifacts = [] }: PipelineAction): boolean {
  // A build without output runs the tests.
  return (provider === "CodeBuild" && outputArtifacts.length > 0) || (provider === "S3" && category === "Source");
}

/** What the build leaves. Source: CodePipeline user guide, file-reference, "imageDetail.json". */
function imageArtifact(image: string): Artifact {
  const content = new Uint8Array(Buffer.from(JSON.stringify({ ImageURI: image })));
  return zipArtifact(Buffer.from(zipSync({ "imageDetail.json": content })));
}
