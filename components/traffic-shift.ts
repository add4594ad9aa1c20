import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./problems";

/** A share of production's traffic, in whole percent, and the minutes until the next. */
export interface ShiftStep {
  readonly percent: number;
  readonly minutes: number;
}

/** How production's traffic moves to green; at most one of the three is given. */
export interface TrafficShift {
  /** A first share of traffic, and after some minutes all the rest. @default none */
  readonly canary?: ShiftStep;
  /** Equal shares of traffic, some minutes apart. @default none */
  readonly linear?: ShiftStep;
  /** The name of a CodeDeploy configuration for ECS. @default "CodeDeployDefault.ECSAllAtOnce" */
  readonly deploymentConfigName?: string;
}

export const allAtOnce = "CodeDeployDefault.ECSAllAtOnce";

/** Between the first share and the last. Source: CodeDeploy user guide, limits, "Deployments". */
const longestShiftMinutes = 2880;

/** What is wrong with a shift of one's own. */
export function shiftProblems({ canary, linear, deploymentConfigName = allAtOnce }: TrafficShift): Problem[] {
  const problems = [...stepProblems("canary", canary, 1), ...stepProblems("linear", linear, stepsOf(linear))];
  const given = [
    ...(canary ? ["canary"] : []),
    ...(linear ? ["linear"] : []),
    ...(deploymentConfigName === allAtOnce ? [] : ["deploymentConfigName"]),
  ];
  if (given.length < 2) return problems;
  const [kept, ...others] = given;
  const message = `says another way than ${kept} for traffic to shift; keep one of them.`;
  return [...problems, ...others.map((path) => ({ path, message }))];
}

/**
 * The deployment configuration of a shift of one's own; undefined where a predefined one is named.
 *
 * CodeDeploy changes none of it later, so its name carries the numbers: other numbers make another configuration, and the
 * old one goes when the deployment group has let go of it.
 */
export function shiftConfiguration(
  name: string,
  { canary, linear }: TrafficShift,
  opts: pulumi.CustomResourceOptions,
): aws.codedeploy.DeploymentConfig | undefined {
  const step = canary ?? linear;
  if (!step) return undefined;
  const shape = { interval: step.minutes, percentage: step.percent };
  return new aws.codedeploy.DeploymentConfig(
    name,
    {
      deploymentConfigName: `${name}-${canary ? "canary" : "linear"}-${step.percent}-percent-${step.minutes}-minutes`,
      computePlatform: "ECS",
      trafficRoutingConfig: canary
        ? { type: "TimeBasedCanary", timeBasedCanary: shape }
        : { type: "TimeBasedLinear", timeBasedLinear: shape },
    },
    // CodeDeploy refuses to delete a configuration that a deployment group names.
    { ...opts, deleteBeforeReplace: false },
  );
}

/** Waits between shares until all of the traffic has moved. */
function stepsOf(linear: ShiftStep | undefined): number {
  return linear ? Math.ceil(100 / linear.percent) - 1 : 0;
}

function stepProblems(path: string, step: ShiftStep | undefined, waits: number): Problem[] {
  if (!step) return [];
  const { percent, minutes } = step;
  const problems: Problem[] = [];
  if (!Number.isInteger(percent) || percent < 1 || percent > 99) {
    problems.push({ path: `${path}.percent`, message: `is ${percent}; expected a whole number from 1 to 99.` });
  }
  if (!Number.isInteger(minutes) || minutes < 1) {
    problems.push({ path: `${path}.minutes`, message: `is ${minutes}; expected whole minutes from 1.` });
  } else if (problems.length === 0 && waits * minutes > longestShiftMinutes) {
    const message = `takes ${waits * minutes} minutes in all; CodeDeploy shifts within ${longestShiftMinutes}.`;
    problems.push({ path: `${path}.minutes`, message });
  }
  return problems;
}
