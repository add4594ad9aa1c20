import type { DeploymentConfig } from "../graph/account";

/** One step of a shift: green's share of production in percent, and how long it stays before the next. */
export interface ShiftStep {
  readonly greenPercent: number;
  readonly thenWaitMinutes: number;
}

export const allAtOnce: ShiftStep = { greenPercent: 100, thenWaitMinutes: 0 };

/** CodeDeploy's predefined configurations for ECS. Source: CodeDeploy user guide, deployment-configurations. */
const predefined: Readonly<Record<string, readonly ShiftStep[]>> = {
  "CodeDeployDefault.ECSAllAtOnce": [allAtOnce],
  "CodeDeployDefault.ECSCanary10Percent5Minutes": canary(10, 5),
  "CodeDeployDefault.ECSCanary10Percent15Minutes": canary(10, 15),
  "CodeDeployDefault.ECSLinear10PercentEvery1Minutes": linear(10, 1),
  "CodeDeployDefault.ECSLinear10PercentEvery3Minutes": linear(10, 3),
};

/**
 * The steps of a deployment configuration, by its name.
 *
 * @param own the program's own configuration of this name, if it has one
 * @throws Error for a name that neither CodeDeploy nor the program has defined
 */
export function shiftSteps(deploymentConfigName: string, own?: DeploymentConfig): readonly ShiftStep[] {
  const { timeBasedCanary, timeBasedLinear } = own?.trafficRoutingConfig ?? {};
  if (timeBasedCanary) return canary(timeBasedCanary.percentage, timeBasedCanary.interval);
  if (timeBasedLinear) return linear(timeBasedLinear.percentage, timeBasedLinear.interval);
  const steps = predefined[deploymentConfigName];
  if (steps) return steps;
  const known = Object.keys(predefined).join(", ");
  throw new Error(
    `the rehearsal cannot perform the deployment configuration ${deploymentConfigName}; it knows ${known}`,
  );
}

/** `greenPercent` of production first, and after the wait all of it. */
export function canary(greenPercent: number, thenWaitMinutes: number): ShiftStep[] {
  return [{ greenPercent, thenWaitMinutes }, allAtOnce];
}

/** Equal steps up to all of production; the last is smaller where `percent` does not divide 100. */
export function linear(percent: number, thenWaitMinutes: number): ShiftStep[] {
  const shares = Array.from({ length: Math.ceil(100 / percent) - 1 }, (_, index) => (index + 1) * percent);
  return [...shares.map((greenPercent) => ({ greenPercent, thenWaitMinutes })), allAtOnce];
}
