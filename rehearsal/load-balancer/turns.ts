/**
 * Round robin. A candidate's share is from 0 to 1; one of less than 1 lets its turn pass until its shares add up to one: at a share of 0.25
 * it takes every fourth turn. When nobody has a full share, everybody is treated as if they had.
 */
export class Turns<T extends object> {
  private turn = 0;
  private readonly credit = new WeakMap<T, number>();

  next(candidates: readonly T[], shareOf: (candidate: T) => number): T | undefined {
    const anyFull = candidates.some((candidate) => shareOf(candidate) >= 1);
    for (;;) {
      const candidate = candidates[this.turn++ % candidates.length];
      if (!candidate || !anyFull || shareOf(candidate) >= 1) return candidate;
      const credit = (this.credit.get(candidate) ?? 0) + shareOf(candidate);
      this.credit.set(candidate, credit >= 1 ? credit - 1 : credit);
      if (credit >= 1) return candidate;
    }
  }
}
