import { randomUUID } from "node:crypto";
import type { PipelineAction } from "../graph/resources";
import type { ActionPerformer, PipelineExecution } from "./pipeline";
import { filled } from "./variables";

/** A run that has just started. Source of its variable: CodePipeline user guide, reference-variables. */
export function newExecution(commitId: string, summary: string): PipelineExecution {
  const id = randomUUID();
  const variables = new Map([["codepipeline", { PipelineExecutionId: id }]]);
  return { id, commitId, summary, artifacts: new Map(), variables };
}

/** Performs one action of a run, and keeps what it makes and tells for later ones. @throws Error with the reason when it fails */
export async function performAction(
  performers: Readonly<Record<string, ActionPerformer>>,
  action: PipelineAction,
  execution: PipelineExecution,
): Promise<void> {
  const artifact = await performers[action.provider]!(configured(action, execution), execution);
  const [output] = action.outputArtifacts ?? [];
  if (output !== undefined && artifact) execution.artifacts.set(output, artifact);
  if (action.namespace !== undefined) execution.variables.set(action.namespace, artifact?.variables ?? {});
}

function configured(action: PipelineAction, { variables }: PipelineExecution): PipelineAction {
  try {
    return { ...action, configuration: filled(action.configuration, variables) };
  } catch (error) {
    throw new Error(`action ${action.name}: ${(error as Error).message}`, { cause: error });
  }
}
