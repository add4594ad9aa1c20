/** One step of a shift: green's share of production in percent, and how long it stays before the next. */
export interface ShiftStep {
  readonly greenPercent: number;
  readonly thenWaitMinutes: number;
}

/**
 * The steps of a deployment configuration for ECS, by its name: CodeDeploy's predefined ones.
 * Source: CodeDeploy user guide, deployment-configurations.
 *
 * @throws Error for a name that CodeDeploy has not predefined.
 */
export function shiftSteps(deploymentConfigName: string): ShiftStep[] {
  if (deploymentConfigName === "CodeDeployDefault.ECSAllAtOnce") return [{ greenPercent: 100, thenWaitMinutes: 0 }];
  const canary = /^CodeDeployDefault\.ECSCanary(\d+)Percent(\d+)Minutes$/.exec(deploymentConfigName);
  if (canary) {
    return [
      { greenPercent: Number(canary[1]), thenWaitMinutes: Number(canary[2]) },
      { greenPercent: 100, thenWaitMinutes: 0 },
    ];
  }
  const linear = /^CodeDeployDefault\.ECSLinear(\d+)PercentEvery(\d+)Minutes$/.exec(deploymentConfigName);
  if (!linear)
    throw new Error(`${deploymentConfigName} is not a deployment configuration that CodeDeploy predefines for ECS`);
  const [percent, minutes] = [Number(linear[1]), Number(linear[2])];
  const shares = Array.from({ length: Math.ceil(100 / percent) }, (_, index) => Math.min((index + 1) * percent, 100));
  return shares.map((greenPercent) => ({ greenPercent, thenWaitMinutes: greenPercent === 100 ? 0 : minutes }));
}
