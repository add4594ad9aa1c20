// `npm run kills`: the controller of a release is killed at every point of every path; `-- --controller ECS` takes one controller,
// `-- --path NAME` one path.
import { createRequire } from "node:module";
import { setUp } from "./setup.mjs";

setUp();
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/cjs/api");
register();
createRequire(import.meta.url)("../rehearsal/kills/main.ts");
