import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { UpperLayer } from "../images/difference";

const suffix = ".system";

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
