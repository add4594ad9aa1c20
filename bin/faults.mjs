// `npm run faults`: what can go wrong in a release, injected for real; `-- --only NAME` runs one row, and may be repeated.
import { createRequire } from "node:module";
import { setUp } from "./setup.mjs";

setUp();
process.env.TSX_DISABLE_CACHE = "1";
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
const { register } = await import("tsx/cjs/api");
register();
createRequire(import.meta.url)("../rehearsal/faults/main.ts");
