import type { Config } from "./config";
import type { EcsHook } from "./event";
import type { Prove } from "./round";
import { describeTestListener, locate } from "./test-listener";

/**
 * Proves that the new service revision gets all test traffic, as ECS itself says in the hook's event; throws if it does not.
 *
 * What share of production it has does not matter: at a service's creation there is no other revision.
 * Source: ECS developer guide, deployment-lifecycle-hooks.
 */
export function greenRevision(hook: EcsHook, config: Config): Prove {
  const { targetServiceRevisionArn: revision, testTrafficWeights } = hook;
  if (!revision) throw new Error("the event names no executionDetails.targetServiceRevisionArn");
  const weight = testTrafficWeights[revision];
  if (weight !== 100) {
    throw new Error(
      `${revision} must get 100 % of test traffic; executionDetails.testTrafficWeights says ${String(weight)}`,
    );
  }
  return async (signal) => locate(await describeTestListener(config.testListenerArn, signal), config, signal);
}
