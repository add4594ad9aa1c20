// A server that does nothing but answer, in a process of its own as the app is. How long it takes tells how busy this
// machine is. Its other end is machine-load.ts.
import { createServer } from "node:http";

const server = createServer((_, response) => response.end());
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.once("disconnect", () => process.exit());
