import { randomUUID } from "node:crypto";
import type { Timeline } from "../events";
import type { EntryRule, Pipeline, PipelineAction, PipelineStage } from "../graph/account";
import { StageGate } from "./stage-gate";

/** What one action hands to the next: files by name, or a commit that can be checked out. */
export interface Artifact {
  readonly file: (name: string) => Buffer | undefined;
  readonly sizeBytes: number;
  readonly commitId?: string;
}

/** One run of a pipeline. */
export interface PipelineExecution {
  readonly id: string;
  readonly commitId: string;
  /** The commit's message, for people. */
  readonly summary: string;
  readonly artifacts: Map<string, Artifact>;
}

export interface ExecutionResult {
  readonly execution: PipelineExecution;
  readonly status: "Succeeded" | "Failed" | "Superseded";
  readonly reason?: string;
}

/** Performs one action of a provider; returns its output artifact, if it has one. Throws with the reason when it fails. */
export type ActionPerformer = (action: PipelineAction, execution: PipelineExecution) => Promise<Artifact | undefined>;

/** Judges one rule before a stage: resolves when it lets the run in; throws with the reason when it does not. */
export type RulePerformer = (rule: EntryRule, execution: PipelineExecution) => Promise<void>;

/** Runs a pipeline's stages in order, each run through each stage's gate. */
export class PipelineRunner {
  private readonly gates: ReadonlyMap<string, StageGate>;

  /** @throws Error for an action or rule whose provider nobody performs. */
  constructor(
    private readonly pipeline: Pipeline,
    private readonly performers: Readonly<Record<string, ActionPerformer>>,
    private readonly timeline: Timeline,
    private readonly rules: Readonly<Record<string, RulePerformer>> = {},
  ) {
    const mode = pipeline.executionMode ?? "SUPERSEDED";
    this.gates = new Map(pipeline.stages.map(({ name }) => [name, new StageGate(mode)]));
    const { stages } = pipeline;
    refuseUnknown(
      "actions",
      performers,
      stages.flatMap(({ actions }) => actions).map(({ provider }) => provider),
    );
    refuseUnknown(
      "rules",
      rules,
      stages.flatMap(entryRules).map(({ ruleTypeId }) => ruleTypeId.provider),
    );
  }

  /** Whether a push to this branch starts the pipeline. */
  startsOn(branch: string): boolean {
    const sources = this.pipeline.stages.flatMap(({ actions }) => actions);
    return sources.some(
      ({ configuration }) => configuration.BranchName === branch && configuration.DetectChanges !== "false",
    );
  }

  /** Starts a run; resolves when it has ended, however it ended. */
  async start(commitId: string, summary: string): Promise<ExecutionResult> {
    const execution = { id: randomUUID(), commitId, summary, artifacts: new Map<string, Artifact>() };
    this.tell(
      "execution.started",
      execution,
      `run ${short(execution.id)} of ${this.pipeline.name} started: "${summary}"`,
    );
    let reason: string | undefined;
    for (const stage of this.pipeline.stages) {
      const gate = this.gates.get(stage.name)!;
      if ((await gate.enter()) === "superseded") {
        this.tell("execution.superseded", execution, `run ${short(execution.id)} was superseded before ${stage.name}`);
        return { execution, status: "Superseded" };
      }
      try {
        await this.judgeEntry(stage, execution);
        await this.runStage(stage.name, stage.actions, execution);
      } catch (error) {
        reason = (error as Error).message;
      } finally {
        gate.leave();
      }
      if (reason !== undefined) break;
    }
    const status = reason === undefined ? "Succeeded" : "Failed";
    const why = reason === undefined ? "" : `: ${reason}`;
    this.tell(
      `execution.${status.toLowerCase()}`,
      execution,
      `run ${short(execution.id)} ${status.toLowerCase()}${why}`,
    );
    return { execution, status, ...(reason === undefined ? {} : { reason }) };
  }

  // All rules of a condition must let the run in. Source: CodePipeline user guide, concepts-how-it-works-conditions.
  private async judgeEntry(stage: PipelineStage, execution: PipelineExecution): Promise<void> {
    try {
      await Promise.all(entryRules(stage).map((rule) => this.rules[rule.ruleTypeId.provider]!(rule, execution)));
    } catch (error) {
      const reason = (error as Error).message;
      const detail = { stage: stage.name, reason };
      this.tell("stage.refused", execution, `stage ${stage.name} was not entered: ${reason}`, detail);
      throw error;
    }
  }

  private async runStage(
    stage: string,
    actions: readonly PipelineAction[],
    execution: PipelineExecution,
  ): Promise<void> {
    this.tell("stage.started", execution, `stage ${stage} started`, { stage });
    try {
      // Actions without a run order run side by side.
      const outcomes = await Promise.allSettled(actions.map((action) => this.perform(action, execution)));
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed) throw failed.reason;
    } catch (error) {
      this.tell("stage.failed", execution, `stage ${stage} failed`, { stage, reason: (error as Error).message });
      throw error;
    }
    this.tell("stage.succeeded", execution, `stage ${stage} succeeded`, { stage });
  }

  private async perform(action: PipelineAction, execution: PipelineExecution): Promise<void> {
    const artifact = await this.performers[action.provider]!(action, execution);
    const [output] = action.outputArtifacts ?? [];
    if (output !== undefined && artifact) execution.artifacts.set(output, artifact);
  }

  private tell(
    type: string,
    { id, commitId }: PipelineExecution,
    text: string,
    detail: Record<string, unknown> = {},
  ): void {
    this.timeline.emit("codepipeline", type, text, { executionId: id, commitId, ...detail });
  }
}

function entryRules({ beforeEntry }: PipelineStage): readonly EntryRule[] {
  return beforeEntry?.condition.rules ?? [];
}

function refuseUnknown(
  what: string,
  performers: Readonly<Record<string, unknown>>,
  providers: readonly string[],
): void {
  const unknown = providers.find((provider) => !performers[provider]);
  if (unknown === undefined) return;
  const known = Object.keys(performers).join(", ") || "none";
  throw new Error(`the rehearsal cannot perform pipeline ${what} of ${unknown}; it performs ${known}`);
}

function short(id: string): string {
  return id.slice(0, 8);
}
