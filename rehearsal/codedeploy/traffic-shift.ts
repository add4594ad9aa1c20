import { allAtOnce, canary, linear, type ShiftStep } from "../blue-green/shift-steps";
import type { DeploymentConfig } from "../graph/resources";

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
