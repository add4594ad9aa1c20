import { randomUUID } from "node:crypto";
import type { PipelineAction } from "../graph/resources";
import { filled, type Variables } from "./variables";

/** What one action hands to the next: files by name, or a commit that can be checked out; and variables. */
export interface Artifact {
  readonly file: (name: string) => Buffer | undefined;
  /** The whole of it, as it lies in the artifact bucket. */
  readonly zip: Buffer;
  readonly commitId?: string;
  /** What later actions know by the action's namespace. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** One run of a pipeline. */
export interface PipelineExecution {
  readonly id: string;
  readonly commitId: string;
  /** The commit's message, for people. */
  readonly summary: string;
  readonly artifacts: Map<string, Artifact>;
  readonly variables: Variables;
}

/** Performs one action of a provider; returns its output artifact, if it has one. Throws with the reason when it fails. */
export type ActionPerformer = (action: PipelineAction, execution: PipelineExecution) => Promise<Artifact | undefined>;

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
