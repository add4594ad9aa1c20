/** One step of a shift: green's share of production in percent, and how long it stays before the next. */
export interface ShiftStep {
  readonly greenPercent: number;
  readonly thenWaitMinutes: number;
}

export const allAtOnce: ShiftStep = { greenPercent: 100, thenWaitMinutes: 0 };

/** `greenPercent` of production first, and after the wait all of it. */
export function canary(greenPercent: number, thenWaitMinutes: number): ShiftStep[] {
  return [{ greenPercent, thenWaitMinutes }, allAtOnce];
}

/** Equal steps up to all of production; the last is smaller where `percent` does not divide 100. */
export function linear(percent: number, thenWaitMinutes: number): ShiftStep[] {
  const shares = Array.from({ length: Math.ceil(100 / percent) - 1 }, (_, index) => (index + 1) * percent);
  return [...shares.map((greenPercent) => ({ greenPercent, thenWaitMinutes })), allAtOnce];
}
