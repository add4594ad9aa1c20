import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Absolute paths in `text`, alone, after `=` or between `:`, as their place below `root`, if they exist there. */
export function mapPaths(text: string, root: string): string {
  return text.replace(/(?<=^|[\s"'=:;(])\/[^\s"':;)/][^\s"':;)]*/g, (path) =>
    existsSync(join(root, path)) ? root + path : path,
  );
}

/** This machine's Node first, then the directories of the image's PATH that exist in it, then `fallback`. */
export function searchPath(path: string | undefined, root: string, fallback: string): string {
  const own = (path ?? "").split(":").filter((directory) => directory !== "" && existsSync(join(root, directory)));
  return [dirname(process.execPath), ...own.map((directory) => join(root, directory)), fallback].join(":");
}
