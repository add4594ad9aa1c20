import { readdir } from "node:fs/promises";
import { join } from "node:path";

const suffix = ".system";

/** Where a sandbox keeps what was written, and which part of its file system that is. */
export interface UpperLayer {
  readonly directory: string;
  /** A path of the image without its leading `/`; empty for the root. */
  readonly path: string;
  /** Names in the layer's root that belong to another layer or to no image. */
  readonly ignored: ReadonlySet<string>;
}

/** What a sandbox wrote into `writableDirectory`, part by part of its file system. */
export async function upperLayers(writableDirectory: string): Promise<UpperLayer[]> {
  const upper = join(writableDirectory, "upper");
  const names = await readdir(upper);
  const systems = names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
  const none = new Set<string>();
  return [
    { directory: join(upper, "root"), path: "", ignored: new Set([...systems, "dev", "proc"]) },
    ...systems.map((path) => ({ directory: join(upper, path + suffix), path, ignored: none })),
  ];
}
