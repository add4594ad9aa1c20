import { randomUUID } from "node:crypto";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { PipelineAction } from "../graph/resources";
import type { PipelineExecution } from "./execution";

export interface ApprovalsOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

export type ApprovalStatus = "Approved" | "Rejected";

/** CodePipeline's default: seven days. Source: CodePipeline user guide, limits. */
const defaultTimeoutMinutes = 7 * 24 * 60;

/** The approvals that runs wait for, each until PutApprovalResult. Source: CodePipeline user guide, approvals. */
export class Approvals {
  private readonly asked = new Map<string, (status: ApprovalStatus) => void>();

  constructor(private readonly options: ApprovalsOptions) {}

  /** PutApprovalResult. Ignores an approval that nobody waits for any more. */
  put(token: string, status: ApprovalStatus): void {
    this.asked.get(token)?.(status);
  }

  /** Performs an approval action. Throws when it is rejected, or when nobody answers in time. */
  async ask(action: PipelineAction, { id, commitId }: PipelineExecution): Promise<undefined> {
    const { timeline, clock, signal } = this.options;
    const minutes = action.timeoutInMinutes ?? defaultTimeoutMinutes;
    const token = randomUUID();
    const over = new AbortController();
    const answer = new Promise<ApprovalStatus>((resolve) => this.asked.set(token, resolve));
    const text = `${action.name} waits for a person, at most ${minutes} minutes`;
    timeline.emit("codepipeline", "approval.needed", text, { token, executionId: id, commitId });
    try {
      const late = clock.wait(minutes * 60_000, AbortSignal.any([signal, over.signal])).then(() => "late" as const);
      late.catch(() => undefined);
      const status = await Promise.race([answer, late]);
      if (status === "late") throw new Error(`nobody approved the run within ${minutes} minutes`);
      if (status === "Rejected") throw new Error("a person rejected the run");
      timeline.emit("codepipeline", "approval.succeeded", `${action.name} was approved`, { token });
      return undefined;
    } finally {
      over.abort();
      this.asked.delete(token);
    }
  }
}
