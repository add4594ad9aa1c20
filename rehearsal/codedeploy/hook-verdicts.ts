import { AwsError } from "../aws-endpoint/control-plane";

export type Verdict = "Succeeded" | "Failed";

interface Execution {
  readonly deploymentId: string;
  readonly report: (verdict: Verdict) => void;
  readonly reported: Promise<Verdict>;
  verdict: Verdict | undefined;
  /** Nobody waits for a verdict any more. */
  closed: boolean;
}

/** Executions of lifecycle event hooks, and the one verdict that each may get: PutLifecycleEventHookExecutionStatus. */
export class HookVerdicts {
  private readonly executions = new Map<string, Execution>();

  /** Expects a verdict under this id. */
  open(deploymentId: string, executionId: string): void {
    let report!: (verdict: Verdict) => void;
    const reported = new Promise<Verdict>((resolve) => (report = resolve));
    this.executions.set(executionId, { deploymentId, report, reported, verdict: undefined, closed: false });
  }

  /** Resolves when the execution has its verdict. */
  verdict(executionId: string): Promise<Verdict> {
    return this.executions.get(executionId)!.reported;
  }

  /** Refuses a verdict from now on; returns the one that came before. */
  close(executionId: string): Verdict | undefined {
    const execution = this.executions.get(executionId)!;
    execution.closed = true;
    return execution.verdict;
  }

  /** @throws AwsError for an unknown execution, a second or a late verdict, or something that is no verdict. */
  put(deploymentId: string | undefined, executionId: string | undefined, status: string | undefined): void {
    const execution = this.executions.get(executionId ?? "");
    if (!execution || execution.deploymentId !== deploymentId) {
      throw new AwsError(
        "InvalidLifecycleEventHookExecutionIdException",
        `no hook execution ${executionId} in ${deploymentId}`,
      );
    }
    if (execution.closed || execution.verdict !== undefined) {
      throw new AwsError(
        "LifecycleEventAlreadyCompletedException",
        `hook execution ${executionId} has its verdict already, or its time is over`,
      );
    }
    if (status !== "Succeeded" && status !== "Failed") {
      throw new AwsError(
        "InvalidLifecycleEventHookExecutionStatusException",
        `${status} is neither Succeeded nor Failed`,
      );
    }
    execution.verdict = status;
    execution.report(status);
  }
}
