// What every process that runs specs does first: it reads TypeScript, and no stack file of the person who works here.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { register } from "tsx/cjs/api";

process.env.TSX_DISABLE_CACHE = "1";
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
register();
createRequire(import.meta.url)("../test/support/own-stack-files.ts").refuseOwnStackFiles();

// A promise that nobody awaits must not fail unseen. Whoever listens besides, as the evaluation of a program does, takes
// care of it.
process.on("unhandledRejection", (reason) => {
  if (process.listenerCount("unhandledRejection") === 1) throw reason;
});
