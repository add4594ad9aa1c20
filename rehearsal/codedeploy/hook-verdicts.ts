import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-endpoint/control-plane";

export type Verdict = "Succeeded" | "Failed";

interface Execution {
  readonly deploymentId: string;
  readonly report: (verdict: Verdict) => void;
  /** Has its verdict, or nobody waits for one any more. */
  completed: boolean;
}

/** A hook's execution: its id goes to the function, its verdict comes when somebody puts one. */
export interface OpenExecution {
  readonly executionId: string;
  readonly verdict: Promise<Verdict>;
  /** Refuses a verdict from now on. */
  readonly close: () => void;
}

/** Executions of lifecycle event hooks, and the one verdict that each may get: PutLifecycleEventHookExecutionStatus. */
export class HookVerdicts {
  private readonly executions = new Map<string, Execution>();

  open(deploymentId: string): OpenExecution {
    const executionId = randomUUID();
    let report!: (verdict: Verdict) => void;
    const verdict = new Promise<Verdict>((resolve) => (report = resolve));
    const execution: Execution = { deploymentId, report, completed: false };
    this.executions.set(executionId, execution);
    return { executionId, verdict, close: () => (execution.completed = true) };
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
    if (execution.completed) {
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
    execution.completed = true;
    execution.report(status);
  }
}
