import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createApp } from "./app.js";
import { connectionsOf } from "./connections.js";
import { log } from "./log.js";

/** ECS sends SIGTERM, and SIGKILL 30 s later (stopTimeout's default). */
const longestStopMs = 20_000;

const version = readFileSync(new URL("version.txt", import.meta.url), "utf8").trim();
const port = Number(process.env.PORT ?? 3000);
let stopping = false;

const server = createServer(
  createApp({ version, commit: process.env.COMMIT_ID || undefined, isStopping: () => stopping }),
);

// The load balancer keeps an idle connection for 60 s and sends its next request on it. Were this server the first to
// close it (Node's default is 5 s), a request could meet the closing and the client would get a 502.
server.keepAliveTimeout = 65_000;
// Above it, so that waiting for a request's headers is never what ends a connection that is merely idle.
server.headersTimeout = 66_000;

const closeIdleConnections = connectionsOf(server);

server.on("error", (error) => {
  log("cannot listen", { port, error: error.message });
  process.exit(1);
});
server.listen(port, () => log("listening", { port: server.address().port, version }));

// Ctrl-C in a terminal, and ECS when the task is no longer wanted.
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

/** Takes no new connection, lets requests under way finish, and ends the process. */
function stop(signal) {
  stopping = true;
  log("stopping", { signal, version });
  server.close(() => {
    log("stopped", { version });
    process.exit(0);
  });
  closeIdleConnections();
  setTimeout(() => {
    log("stopped with requests under way", { version });
    process.exit(1);
  }, longestStopMs);
}
