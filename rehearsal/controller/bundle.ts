import { build } from "esbuild";

const bundles = new Map<string, Promise<string>>();

/** A controller's main program as one file of plain JavaScript, so that its process starts at once; made once a program. */
export function bundleController(entryPoint: string): Promise<string> {
  const known = bundles.get(entryPoint);
  if (known) return known;
  const bundle = build({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "silent",
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  bundles.set(entryPoint, bundle);
  return bundle;
}
