// `npm run cost`: what a month of a stack costs, by resource; `-- --stack NAME` names another than dev.
import { createRequire } from "node:module";
import { setUp } from "./setup.mjs";

setUp();
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/cjs/api");
register();
createRequire(import.meta.url)("../cost/main.ts");
