import type { TaskSet } from "../ecs/task-set";
import { whyNotSteady } from "../ecs/why-not-steady";

/** As many tasks have failed as the circuit breaker allows. */
export class CircuitBroken extends Error {}

/**
 * Failures of tasks at which the circuit breaker trips: half the desired count, rounded up, from 3 to 200.
 * Source: ECS developer guide, deployment-circuit-breaker, "Failure threshold".
 */
export function circuitBreakerThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(0.5 * desiredCount)));
}

/** Calls `trip` once the task set's failures reach the threshold; the returned function ends that. */
export function watchFailures(green: TaskSet, desiredCount: number, trip: (reason: string) => void): () => void {
  const threshold = circuitBreakerThreshold(desiredCount);
  const check = () => {
    if (green.failedTaskCount < threshold) return;
    const reason = `tasks failed to start: the circuit breaker's threshold of ${threshold} failures is reached`;
    trip(`${reason}. ${whyNotSteady(green)}`);
  };
  check();
  green.on("change", check);
  return () => green.off("change", check);
}
