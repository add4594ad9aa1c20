import type { BlueGreenOperations } from "./operations";

// The parts of the way back, whichever controller goes it. Each fails with what is left to do. What AWS does where a part of
// it fails is documented nowhere that we found.

/** Until this is done, production may be on green, which has to stay. */
export async function sendProductionBack(sides: BlueGreenOperations): Promise<void> {
  const { open, why } = await sides.wayBack();
  if (!open) throw new Error(`blue has no healthy task, so production stays on green: ${why}`);
  await leaving("production stays where it is", () => sides.sendProduction({ to: "blue", percent: 100 }));
}

export function sendTestBack(sides: BlueGreenOperations): Promise<void> {
  return leaving("test traffic stays where it is", () => sides.sendTest({ to: "blue" }));
}

export function makeBluePrimary(sides: BlueGreenOperations): Promise<void> {
  return leaving("green stays the primary task set", () => sides.makePrimary({ side: "blue" }));
}

export function endGreen(sides: BlueGreenOperations): Promise<void> {
  return leaving("green is still there", () => sides.deleteTaskSet({ side: "green" }));
}

async function leaving(what: string, effect: () => Promise<void> | void): Promise<void> {
  try {
    await effect();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
