// `npm run races`: pushes, changes of the count, a stop and `pulumi up` at once, in an order from a seed.
import { createRequire } from "node:module";
import { setUp } from "./setup.mjs";

setUp();
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/cjs/api");
register();
createRequire(import.meta.url)("../rehearsal/races/main.ts");
