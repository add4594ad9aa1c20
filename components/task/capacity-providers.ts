import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../problems";
import { ecs } from "../../aws-rules";
import { rangeProblems } from "../rule-problems";

/** A share of the tasks on one of Fargate's two capacity providers. Source: ECS API, CapacityProviderStrategyItem. */
export interface CapacityProvider {
  readonly name: "FARGATE" | "FARGATE_SPOT";
  /** Its share of the tasks beyond the base, beside the other's weight; 0 to 1000. */
  readonly weight: number;
  /** Tasks that run on it before any other counts; 0 to 100000, and on one provider only. @default 0 */
  readonly base?: number;
}

/** What is wrong with a strategy; none at all is the launch type FARGATE. */
export function capacityProblems(providers: readonly CapacityProvider[]): Problem[] {
  if (providers.length === 0) return [];
  const path = "capacityProviders";
  const problems = providers.flatMap((provider, index) =>
    rangeProblems(`${path}[${index}]`, provider, { weight: ecs.capacityWeight, base: ecs.capacityBase }),
  );
  if (new Set(providers.map(({ name }) => name)).size < providers.length) {
    problems.push({ path, message: "names a provider twice; give each one weight." });
  }
  if (providers.every(({ weight }) => weight === 0)) {
    problems.push({ path, message: "has no weight above 0, so no task could be placed." });
  }
  if (providers.filter(({ base = 0 }) => base > 0).length > 1) {
    problems.push({ path, message: "has a base on two providers; ECS takes one." });
  }
  return problems;
}

/**
 * Lets services of the cluster use both of Fargate's providers, whichever they name: one that tasks still run on cannot be taken
 * away, so a release that leaves Spot would come after the `pulumi up` that refuses to. There is no default strategy, which
 * a service without one of its own would take in place of the launch type. Source: ECS API, PutClusterCapacityProviders.
 */
export function clusterCapacity(
  name: string,
  cluster: aws.ecs.Cluster,
  opts: pulumi.CustomResourceOptions,
): aws.ecs.ClusterCapacityProviders {
  const capacityProviders: CapacityProvider["name"][] = ["FARGATE", "FARGATE_SPOT"];
  return new aws.ecs.ClusterCapacityProviders(
    name,
    { clusterName: cluster.name, capacityProviders, defaultCapacityProviderStrategies: [] },
    opts,
  );
}

/** The strategy in the words of `aws.ecs.Service`. */
export function capacityStrategy(providers: readonly CapacityProvider[]) {
  return providers.map(({ name, weight, base = 0 }) => ({ capacityProvider: name, weight, base }));
}
