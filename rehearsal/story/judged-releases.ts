import type { ExecutionResult } from "../codepipeline/pipeline";
import type { Fault } from "../options";
import type { Display } from "../terminal/display";
import { summaryBox } from "../terminal/summary";
import { describeTotals, totals } from "../traffic/report";
import type { Clues } from "./clues";
import type { RehearsalContext } from "./rehearse";
import { judgeRelease, judgeRollback, type Verdict } from "./verdict";
import { type WatchOptions, WatchedRelease } from "./watched-release";

export interface JudgeOptions extends WatchOptions {
  readonly context: RehearsalContext;
  readonly display: Display;
  readonly clues: Clues;
  /** The versions whose tasks run now. */
  readonly runningVersions: () => readonly string[];
}

/**
 * Watches and judges one release after the other. Runs of the pipeline may overlap, but only one of them deploys at a time:
 * what was seen until a run ended belongs to it, if a deployment has ended too.
 */
export class JudgedReleases {
  private watched: WatchedRelease | undefined;
  /** Of runs that have ended: what was seen, and the versions whose tasks ran at that moment. */
  private readonly seen = new Map<string, { readonly watched: WatchedRelease; readonly running: readonly string[] }>();
  private underWay = 0;

  constructor(private readonly options: JudgeOptions) {
    // At the very moment of its end: the next run may deploy right after.
    options.timeline.on(({ source, type, detail }) => {
      if (source === "codepipeline" && /^execution\.(succeeded|failed|stopped)$/.test(type))
        this.take(String(detail.executionId));
    });
  }

  /** Begins to send requests, and asks both ports who answers. */
  async observeBefore(): Promise<void> {
    this.watched ??= new WatchedRelease(this.options);
    await this.watched.witness.observe("before the release");
  }

  /** Has a run watched until its end; returns what is to be said of it. */
  async judge(run: Promise<ExecutionResult>, fault?: Fault): Promise<Verdict> {
    // It is awaited, but perhaps not yet.
    run.catch(() => undefined);
    this.underWay++;
    try {
      if (!this.watched) await this.observeBefore();
      return await this.conclude(await run, fault);
    } finally {
      this.underWay--;
      if (this.underWay === 0) await this.close();
    }
  }

  /** The counts so far, for people. */
  status(): string {
    return this.watched ? describeTotals(this.watched.snapshot()) : "";
  }

  /** Sends no more requests. */
  async close(): Promise<void> {
    const { watched } = this;
    this.watched = undefined;
    await watched?.end();
  }

  private take(executionId: string): void {
    const { watched } = this;
    if (!watched?.hasDeployed && this.underWay > 1) return;
    if (watched) this.seen.set(executionId, { watched, running: this.options.runningVersions() });
    this.watched = undefined;
    if (this.underWay > 1) void this.observeBefore();
  }

  private async conclude({ execution, status, reason: why }: ExecutionResult, fault?: Fault): Promise<Verdict> {
    const { context, display, clues, traffic } = this.options;
    context.signal.throwIfAborted();
    const reason = clues.withCause(why);
    const commit = execution.commitId.slice(0, 7);
    const seen = this.seen.get(execution.id);
    this.seen.delete(execution.id);
    if (!seen) {
      const text = `${commit} was not deployed: its run ${status}${reason === undefined ? "" : `: ${reason}`}`;
      context.timeline.emit("rehearsal", "verdict", text, { commitId: execution.commitId, status });
      return { succeeded: false, text };
    }
    const { watched, running } = seen;
    const { report, awsMs, elapsedMs } = await watched.end();
    const { observations, spans: lifecycle } = watched.witness;
    const { before, released = commit } = watched;
    const judge = fault === undefined ? judgeRelease : judgeRollback;
    const evidence = { observations, totals: totals(report), pipelineStatus: status, reason, running };
    const verdict = judge({ ...evidence, before, released });
    const advice = verdict.succeeded ? [] : clues.advice(verdict.text);
    const ports = {
      productionPort: Number(new URL(traffic.productionUrl).port),
      testPort: Number(new URL(traffic.testUrl).port),
    };
    const summary = { ...ports, observations, lifecycle, traffic: report, awsMs, elapsedMs, verdict, advice };
    context.timeline.emit("rehearsal", "summary", verdict.text, { ...summary, traffic: totals(report) });
    display.print(summaryBox(summary));
    return verdict;
  }
}
