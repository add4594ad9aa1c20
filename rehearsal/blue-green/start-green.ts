import { orAborted, TimedOut, type TimeLimitContext, withinMinutes } from "../time-limit";
import type { BlueGreenOperations } from "./operations";

/**
 * Creates green and waits until it is healthy, so many minutes of AWS time at most, and as long as it is starting.
 *
 * @param label green's name for people
 * @returns why it is late, if it is. Rejects when green cannot become healthy, or with the signal's reason.
 */
export async function startGreen(
  sides: Pick<BlueGreenOperations, "createGreen" | "greenIsSteady" | "describeGreen">,
  label: string,
  minutes: number,
  context: TimeLimitContext,
): Promise<string | undefined> {
  sides.createGreen();
  const steady = sides.greenIsSteady();
  try {
    await withinMinutes(minutes, `waiting for ${label} to become healthy`, context, (signal) =>
      orAborted(steady, signal),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    const { steady: isSteady, why } = await orAborted(sides.describeGreen(), context.signal);
    return isSteady ? undefined : why;
  }
}
