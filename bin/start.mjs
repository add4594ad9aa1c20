// `npm start`: the rehearsal. One process, so that a signal to npm reaches the program that has something to clean up.
import { createRequire } from "node:module";
import { setUp } from "./setup.mjs";

setUp();
// Without a cache on disk, since a rehearsal leaves no file behind.
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/cjs/api");
register();
createRequire(import.meta.url)("../rehearsal/main.ts");
