/** When the request with this index (from 0) is due, in milliseconds since the start. It depends on no other request. */
export function dueMs(index: number, ratePerSecond: number): number {
  return (index * 1000) / ratePerSecond;
}

/**
 * One round of turns in which place i has `weights[i]` turns, spread as evenly as they can be: [2, 1] gives 0, 1, 0.
 *
 * The method is smooth weighted round robin: everyone gains its weight, the richest takes the turn and pays for it.
 */
export function turns(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const credit = weights.map(() => 0);
  return Array.from({ length: total }, () => {
    weights.forEach((weight, place) => (credit[place]! += weight));
    const richest = credit.indexOf(Math.max(...credit));
    credit[richest]! -= total;
    return richest;
  });
}
