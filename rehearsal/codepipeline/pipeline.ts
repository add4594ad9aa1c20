import type { Timeline } from "../events";
import type { EntryRule, Pipeline, PipelineAction, PipelineStage } from "../graph/resources";
import { orAborted } from "../time-limit";
import { type ActionPerformer, newExecution, performAction, type PipelineExecution } from "./execution";
import { StageGate } from "./stage-gate";

export interface ExecutionResult {
  readonly execution: PipelineExecution;
  readonly status: "Succeeded" | "Failed" | "Superseded" | "Stopped";
  readonly reason?: string;
}

/** Source: CodePipeline API reference, PipelineExecution. */
export type RunStatus = "InProgress" | "Stopping" | ExecutionResult["status"];

/** Judges one rule before a stage: resolves when it lets the run in; throws with the reason when it does not. */
export type RulePerformer = (rule: EntryRule, execution: PipelineExecution) => Promise<void>;

/** Runs a pipeline's stages in order, each run through each stage's gate. */
export class PipelineRunner {
  private readonly runs = new Map<string, Run>();
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

  /** Starts a run; resolves when it has ended, however it ended. */
  async start(commitId: string, summary: string): Promise<ExecutionResult> {
    const execution = newExecution(commitId, summary);
    const run: Run = { status: "InProgress", abandoned: new AbortController() };
    this.runs.set(execution.id, run);
    this.tell(
      "execution.started",
      execution,
      `run ${short(execution.id)} of ${this.pipeline.name} started: "${summary}"`,
    );
    let reason: string | undefined;
    for (const stage of this.pipeline.stages) {
      const gate = this.gates.get(stage.name)!;
      if ((await gate.enter()) === "superseded") {
        run.status = "Superseded";
        this.tell("execution.superseded", execution, `run ${short(execution.id)} was superseded before ${stage.name}`);
        return { execution, status: "Superseded" };
      }
      try {
        if (run.stopReason !== undefined) throw new Error(`stage ${stage.name} was not entered`);
        await this.judgeEntry(stage, execution);
        await orAborted(this.runStage(stage.name, stage.actions, execution), run.abandoned.signal);
      } catch (error) {
        reason = (error as Error).message;
      } finally {
        gate.leave();
      }
      if (run.stopReason !== undefined) reason = stoppedBecause(run.stopReason, reason);
      if (reason !== undefined) break;
    }
    const failed = run.stopReason === undefined ? "Failed" : "Stopped";
    const status = reason === undefined ? "Succeeded" : failed;
    run.status = status;
    const why = reason === undefined ? "" : `: ${reason}`;
    this.tell(
      `execution.${status.toLowerCase()}`,
      execution,
      `run ${short(execution.id)} ${status.toLowerCase()}${why}`,
    );
    return { execution, status, ...(reason === undefined ? {} : { reason }) };
  }

  /** GetPipelineExecution's status; undefined for a run that there never was. */
  statusOf(executionId: string): RunStatus | undefined {
    return this.runs.get(executionId)?.status;
  }

  /**
   * StopPipelineExecution: no further action begins. Those under way are waited for, or `abandon`ed: then nobody follows
   * what they have begun. Source: CodePipeline user guide, pipelines-stop.
   *
   * @throws Error if there is no such run, or it has ended
   */
  stop(executionId: string, reason: string, { abandon = false } = {}): void {
    const run = this.runs.get(executionId);
    if (!run || !["InProgress", "Stopping"].includes(run.status)) {
      throw new Error(`PipelineExecutionNotStoppableException: ${executionId} is ${run?.status ?? "unknown"}`);
    }
    run.status = "Stopping";
    run.stopReason = reason;
    const detail = { executionId, reason, abandon };
    this.timeline.emit(
      "codepipeline",
      "execution.stopping",
      `run ${short(executionId)} is stopping: ${reason}`,
      detail,
    );
    if (abandon) run.abandoned.abort(new Error("its actions were abandoned"));
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
      const orders = [...new Set(actions.map(({ runOrder = 1 }) => runOrder))].sort((one, other) => one - other);
      for (const order of orders) {
        if (this.runs.get(execution.id)?.stopReason !== undefined) break;
        const together = actions.filter(({ runOrder = 1 }) => runOrder === order);
        const outcomes = await Promise.allSettled(
          together.map((action) => performAction(this.performers, action, execution)),
        );
        const failed = outcomes.find((outcome) => outcome.status === "rejected");
        if (failed) throw failed.reason;
      }
    } catch (error) {
      this.tell("stage.failed", execution, `stage ${stage} failed`, { stage, reason: (error as Error).message });
      throw error;
    }
    this.tell("stage.succeeded", execution, `stage ${stage} succeeded`, { stage });
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

/** How one run goes. */
interface Run {
  status: RunStatus;
  stopReason?: string;
  /** Aborted when nobody waits for its actions any more. */
  readonly abandoned: AbortController;
}

function stoppedBecause(why: string, trouble: string | undefined): string {
  return `it was stopped: ${why}${trouble === undefined ? "" : `; ${trouble}`}`;
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
