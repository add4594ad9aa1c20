// Leads from a Unix socket of this machine to a port in the network that it runs in. It ends when its stdin does.
// Plain JavaScript: Node starts it without a loader.
import { writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { serveOutgoing } from "./outgoing.mjs";

/** The first byte of a connection: the port has accepted it. Without it, the port has refused it. */
const connected = "+";

const [socketPath, host, port, readyPath, outgoing] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (outside) => {
  const inside = createConnection({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
  outside.on("error", () => inside.destroy());
  inside.on("error", () => outside.destroy());
  outside.on("close", () => inside.destroy());
  // What has been read of the app still goes out.
  inside.on("close", () => outside.destroySoon());
  inside.on("connect", () => {
    outside.write(connected);
    outside.pipe(inside);
    inside.pipe(outside);
  });
});

server.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
await serveOutgoing({
  ...JSON.parse(outgoing),
  ownPort: Number(port),
  onRefused: (...call) => console.log("refused", ...call),
});
server.listen(socketPath, () => {
  // The app waits for it: its first call may be its first act.
  writeFileSync(readyPath, "ready");
  console.log("ready");
});
process.stdin
  .on("end", () => process.exit(0))
  .on("error", () => process.exit(0))
  .resume();
