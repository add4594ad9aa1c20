import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { codeDeploy, ecs, type NumberRule } from "../../aws-rules";
import type { ControllerType } from "./controller-type";
import type { Problem } from "../problems";
import { rangeProblems, textProblem } from "../rule-problems";

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

export const allAtOnce = codeDeploy.ecsConfigurations[0];

const limits = {
  CODE_DEPLOY: {
    shiftMinutes: codeDeploy.shiftMinutes.most,
    stepMinutes: codeDeploy.shiftMinutes.most,
    linearPercent: codeDeploy.shiftPercent,
  },
  ECS: { shiftMinutes: Infinity, stepMinutes: ecs.shiftStepMinutes.most, linearPercent: ecs.linearPercent },
} as const;

/** What is wrong with a shift of one's own. */
export function shiftProblems(shift: TrafficShift, controller: ControllerType): Problem[] {
  const { canary, linear, deploymentConfigName = allAtOnce } = shift;
  const { linearPercent } = limits[controller];
  const problems = [
    ...stepProblems("canary", canary, {
      controller,
      percents: codeDeploy.shiftPercent,
      minutes: shiftMinutes({ canary }),
    }),
    ...stepProblems("linear", linear, { controller, percents: linearPercent, minutes: shiftMinutes({ linear }) }),
  ];
  problems.push(...textProblem("deploymentConfigName", deploymentConfigName, codeDeploy.configurationName));
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

/** Minutes from the first share to the last, as far as the shift is one's own. */
export function shiftMinutes({ canary, linear }: TrafficShift): number {
  const steps = linear ? Math.ceil(100 / linear.percent) - 1 : 1;
  return steps * ((linear ?? canary)?.minutes ?? 0);
}

interface StepLimits {
  readonly controller: ControllerType;
  readonly percents: NumberRule;
  /** Of the whole shift. */
  readonly minutes: number;
}

function stepProblems(path: string, step: ShiftStep | undefined, at: StepLimits): Problem[] {
  if (!step) return [];
  const { percent, minutes } = step;
  const { stepMinutes, shiftMinutes: longestShift } = limits[at.controller];
  const problems = rangeProblems(path, { percent }, { percent: at.percents });
  const wrong = (field: keyof ShiftStep, message: string) => problems.push({ path: `${path}.${field}`, message });
  if (!Number.isInteger(minutes) || minutes < 1) {
    wrong("minutes", `is ${minutes}; expected whole minutes from 1.`);
  } else if (problems.length === 0 && at.minutes > longestShift) {
    wrong("minutes", `takes ${at.minutes} minutes in all; CodeDeploy shifts within ${longestShift}.`);
  } else if (minutes > stepMinutes) {
    wrong("minutes", `is ${minutes}; ECS waits ${stepMinutes} at most between shares.`);
  }
  return problems;
}
