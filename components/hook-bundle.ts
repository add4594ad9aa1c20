import { build } from "esbuild";
import * as path from "node:path";

let bundle: Promise<string> | undefined;

/**
 * The green test hook's code as one CommonJS file, made once a program however many hooks there are. The AWS SDK stays
 * outside: Lambda's Node.js runtimes carry it. Source: Lambda developer guide, lambda-nodejs, "SDK versions".
 */
export function bundleGreenTestHook(): Promise<string> {
  bundle ??= build({
    entryPoints: [path.join(__dirname, "..", "hooks", "green-test", "index.ts")],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["@aws-sdk/*"],
    // Loaded when first needed, but by require: Node looks for an imported module beside the file only, and the
    // runtime's SDK is elsewhere (NODE_PATH).
    supported: { "dynamic-import": false },
    logLevel: "silent",
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return bundle;
}
