import { once } from "node:events";
import { createServer } from "node:net";

let last = 2_000 + Math.floor(Math.random() * 15_000);

/** An offset at which production's and the test's port are free; never the same one twice. Below the ports that systems give away. */
export async function freePortOffset(): Promise<number> {
  for (;;) {
    // Of this call alone: another one may come while the ports are tried.
    const offset = (last += 20);
    if ((await isFree(8080 + offset)) && (await isFree(8090 + offset))) return offset;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
