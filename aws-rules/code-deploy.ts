import { between } from "./rule";

/** Minutes that blue goes on running after the shift, and that a person may be waited for. */
export const terminationWaitMinutes = between(0, 2880, "CodeDeploy API, BlueInstanceTerminationOption");
export const approvalWaitMinutes = between(1, 2880, "CodeDeploy API, DeploymentReadyOption");
/** Between the first share of traffic and the last. */
export const shiftMinutes = between(1, 2880, 'CodeDeploy user guide, limits, "Deployments"');
export const shiftPercent = between(1, 99, "CodeDeploy user guide, deployment-configurations");
export const alarmsOfGroup = between(0, 10, "CodeDeploy API, AlarmConfiguration");

/** Source: CodeDeploy user guide, deployment-configurations. */
export const ecsConfigurations = [
  "CodeDeployDefault.ECSAllAtOnce",
  "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
  "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
  "CodeDeployDefault.ECSCanary10Percent5Minutes",
  "CodeDeployDefault.ECSCanary10Percent15Minutes",
] as const;

export const configurationName = {
  source: "CodeDeploy API, CreateDeploymentConfig",
  expected: "the name of a CodeDeploy configuration, of up to 100 characters",
  pattern: /^[A-Za-z0-9_.+=,@-]+$/,
  least: 1,
  most: 100,
  refuses: (value: string) =>
    value.startsWith("CodeDeployDefault.") && !ecsConfigurations.some((name) => name === value)
      ? `it is none of CodeDeploy's for ECS, which are ${ecsConfigurations.join(", ")}.`
      : undefined,
};
