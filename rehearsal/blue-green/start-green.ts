import type { Work } from "../controller/work";
import { orAborted } from "../time-limit";

interface Cloud<Came> {
  createGreen(): Promise<void>;
  /** Answers when green's desired tasks are running and healthy, or cannot be. */
  greenIsSteady(): Promise<Came>;
  /** Answers once green's start is over. */
  describeGreen(): Promise<{ readonly steady: boolean; readonly why: string }>;
}

/**
 * Creates green and waits until it is healthy, so many minutes of AWS time at most, and as long as it is starting.
 *
 * @param label green's name for people
 * @returns what came of it, or why it is late
 */
export async function startGreen<Came>(
  cloud: Cloud<Came>,
  label: string,
  minutes: number,
  work: Work,
): Promise<{ readonly came?: Came; readonly late?: string }> {
  await cloud.createGreen();
  const steady = cloud.greenIsSteady();
  const inTime = await work.inTime("steady", minutes, `waiting for ${label} to become healthy`, steady);
  if (inTime) return { came: await steady };
  const { steady: isSteady, why } = await orAborted(cloud.describeGreen(), work.signal);
  return isSteady ? {} : { late: why };
}
