/**
 * Waits longer before each attempt of tasks that keep failing. ECS does so too (developer guide,
 * service-throttle-logic) but gives no figures; these are ours: none, 10 s, 20 s, … up to 5 minutes.
 */
export function backOffSeconds(failuresInARow: number): number {
  return failuresInARow < 2 ? 0 : Math.min(10 * 2 ** (failuresInARow - 2), 300);
}
