import type { Remote } from "../controller/channel";
import type { BlueGreenOperations } from "./operations";

/**
 * The parts of the way back, whichever controller goes it. Each fails with what is left to do. What AWS does where a part of
 * it fails is documented nowhere that we found.
 */
type Cloud = Remote<BlueGreenOperations>;

/** Until this is done, production may be on green, which has to stay. */
export async function sendProductionBack(cloud: Cloud): Promise<void> {
  const { open, why } = await cloud.wayBack();
  if (!open) throw new Error(`blue has no healthy task, so production stays on green: ${why}`);
  await leaving("production stays where it is", cloud.sendProduction({ to: "blue", percent: 100 }));
}

export function sendTestBack(cloud: Cloud): Promise<void> {
  return leaving("test traffic stays where it is", cloud.sendTest({ to: "blue" }));
}

export function makeBluePrimary(cloud: Cloud): Promise<void> {
  return leaving("green stays the primary task set", cloud.makePrimary({ side: "blue" }));
}

export function endGreen(cloud: Cloud): Promise<void> {
  return leaving("green is still there", cloud.deleteTaskSet({ side: "green" }));
}

async function leaving(what: string, done: Promise<void>): Promise<void> {
  await done.catch((error: Error) => {
    throw new Error(`${what}: ${error.message}`, { cause: error });
  });
}
