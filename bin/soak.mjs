// `npm run soak`: a million production requests across releases and rollbacks; `-- --requests N` sends fewer.
import { createRequire } from "node:module";
import { setUp } from "./setup.mjs";

setUp();
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/cjs/api");
register();
createRequire(import.meta.url)("../rehearsal/soak/main.ts");
