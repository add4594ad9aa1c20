// `npm run rollbacks`: how long it takes until a release that goes wrong is undone; `-- --count N`.
import { createRequire } from "node:module";
import { setUp } from "./setup.mjs";

setUp();
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/cjs/api");
register();
createRequire(import.meta.url)("../rehearsal/rollbacks/main.ts");
