import { randomUUID } from "node:crypto";
import { zipSync } from "fflate";
import type { Pipeline, PipelineAction } from "../graph/resources";
import { zipArtifact } from "./artifacts";
import type { ActionPerformer, Artifact, PipelineExecution } from "./pipeline";

type Performers = Readonly<Record<string, ActionPerformer>>;

/**
 * Deploys an image that is built already: the actions of the pipeline's last stage alone, with the artifacts that its
 * sources and its build would have handed them. Many releases can follow each other quickly that way.
 *
 * @param image `repository@sha256:…`
 * @throws Error with the reason when the deployment does not succeed
 */
export async function deployImage({ stages }: Pipeline, performers: Performers, image: string): Promise<void> {
  const artifacts = new Map<string, Artifact>();
  const execution: PipelineExecution = { id: randomUUID(), commitId: "", summary: image, artifacts };
  const made: Performers = { ...performers, CodeBuild: () => Promise.resolve(imageArtifact(image)) };
  const perform = async (action: PipelineAction): Promise<void> => {
    const artifact = await made[action.provider]!(action, execution);
    const [output] = action.outputArtifacts ?? [];
    if (output !== undefined && artifact) artifacts.set(output, artifact);
  };
  const before = stages.slice(0, -1).flatMap(({ actions }) => actions);
  for (const action of before) if (["S3", "CodeBuild"].includes(action.provider)) await perform(action);
  for (const action of stages.at(-1)!.actions) await perform(action);
}

/** What the build leaves. Source: CodePipeline user guide, file-reference, "imageDetail.json". */
function imageArtifact(image: string): Artifact {
  const content = new Uint8Array(Buffer.from(JSON.stringify({ ImageURI: image })));
  return zipArtifact(Buffer.from(zipSync({ "imageDetail.json": content })));
}
