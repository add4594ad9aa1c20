import { build } from "esbuild";
import * as path from "node:path";

const bundles = new Map<string, Promise<string>>();

/** The green test hook's code. */
export function bundleGreenTestHook(): Promise<string> {
  return bundle("green-test");
}

/** The code of the function that deploys to ECS. */
export function bundleEcsRelease(): Promise<string> {
  return bundle("ecs-release");
}

/**
 * A function's code as one CommonJS file, made once a program however many use it. The AWS SDK stays outside: Lambda's
 * Node.js runtimes carry it. Source: Lambda developer guide, lambda-nodejs, "SDK versions".
 */
function bundle(directory: string): Promise<string> {
  const made =
    bundles.get(directory) ??
    build({
      entryPoints: [path.join(__dirname, "..", "hooks", directory, "index.ts")],
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
  bundles.set(directory, made);
  return made;
}
