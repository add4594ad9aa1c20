// What Pulumi runs: index.ts, through the loader that tests and rehearsal use too. Pulumi's own would check the types of
// the program and its SDKs each time (docs/decisions/typescript-under-pulumi.md).
require("tsx/cjs");
module.exports = require("./index.ts");
