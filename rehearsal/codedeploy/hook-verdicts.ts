import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-endpoint/control-plane";

export type Verdict = "Succeeded" | "Failed";

interface Execution {
  readonly deploymentId: string;
  readonly report: (verdict: Verdict) => void;
  reported: boolean;
}

/** Executions of lifecycle event hooks, and the one verdict that each may get: PutLifecycleEventHookExecutionStatus. */
export class HookVerdicts {
  private readonly executions = new Map<string, Execution>();

  /** Opens an execution; its id goes to the function, its verdict comes when somebody puts one. */
  open(deploymentId: string): { readonly executionId: string; readonly verdict: Promise<Verdict> } {
    const executionId = randomUUID();
    const verdict = new Promise<Verdict>((report) => {
      this.executions.set(executionId, { deploymentId, report, reported: false });
    });
    return { executionId, verdict };
  }

  /** @throws AwsError for an unknown execution, a second verdict, or something that is no verdict. */
  put(deploymentId: string | undefined, executionId: string | undefined, status: string | undefined): void {
    const execution = this.executions.get(executionId ?? "");
    if (!execution || execution.deploymentId !== deploymentId) {
      throw new AwsError(
        "InvalidLifecycleEventHookExecutionIdException",
        `no hook execution ${executionId} in ${deploymentId}`,
      );
    }
    if (execution.reported) {
      throw new AwsError(
        "LifecycleEventAlreadyCompletedException",
        `hook execution ${executionId} has its verdict already`,
      );
    }
    if (status !== "Succeeded" && status !== "Failed") {
      throw new AwsError(
        "InvalidLifecycleEventHookExecutionStatusException",
        `${status} is neither Succeeded nor Failed`,
      );
    }
    execution.reported = true;
    execution.report(status);
  }
}
