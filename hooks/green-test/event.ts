/** An invocation by CodeDeploy at a hook of the AppSpec. The verdict is reported to CodeDeploy's API. */
export interface CodeDeployHook {
  readonly controller: "CODE_DEPLOY";
  readonly deploymentId: string;
  readonly hookExecutionId: string;
}

/** An invocation by ECS at a lifecycle stage of a service's deployment. The verdict is what the function returns. */
export interface EcsHook {
  readonly controller: "ECS";
  readonly lifecycleStage: string;
  /** ARN of the service deployment; undefined when the event does not tell. */
  readonly serviceDeploymentArn: string | undefined;
  /** ARN of the new service revision; undefined when the event does not tell. */
  readonly targetServiceRevisionArn: string | undefined;
  /** Seconds for which earlier invocations at this stage have tested green. */
  readonly testedSeconds: number;
}

/**
 * Tells which deployment controller invokes the function.
 *
 * Throws when it is neither, since there is nobody then to report a verdict to.
 * Sources: CodeDeploy user guide, reference-appspec-file-structure-hooks; ECS developer guide, deployment-lifecycle-hooks.
 */
export function parseEvent(event: unknown): CodeDeployHook | EcsHook {
  const fields = record(event);
  const { DeploymentId, LifecycleEventHookExecutionId, lifecycleStage, resourceArn } = fields;
  if (typeof DeploymentId === "string" && typeof LifecycleEventHookExecutionId === "string") {
    return { controller: "CODE_DEPLOY", deploymentId: DeploymentId, hookExecutionId: LifecycleEventHookExecutionId };
  }
  if (typeof lifecycleStage === "string") {
    const { targetServiceRevisionArn } = record(fields.executionDetails);
    const { testedSeconds } = record(fields.hookDetails);
    return {
      controller: "ECS",
      lifecycleStage,
      serviceDeploymentArn: text(resourceArn),
      targetServiceRevisionArn: text(targetServiceRevisionArn),
      testedSeconds: typeof testedSeconds === "number" ? testedSeconds : 0,
    };
  }
  const found = Object.keys(fields).join(", ") || "none";
  throw new Error(
    "not a deployment hook's event: expected DeploymentId and LifecycleEventHookExecutionId (CodeDeploy), " +
      `or lifecycleStage and executionDetails (ECS); found ${found}`,
  );
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
