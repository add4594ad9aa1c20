import { posix } from "node:path";
import type { Tree, TreeEntry } from "./tree";

/** As many links as Linux follows. */
const mostLinks = 40;

/** A tree by path, with links that lead to a place in the same tree, as in a container. */
export class TreeIndex {
  private readonly entries: ReadonlyMap<string, TreeEntry>;

  constructor(readonly tree: Tree) {
    this.entries = new Map(tree.map((entry) => [entry.path, entry]));
  }

  get(path: string): TreeEntry | undefined {
    return this.entries.get(path);
  }

  isDirectory(path: string): boolean {
    return path === "" || this.entries.get(path)?.type === "directory";
  }

  /**
   * Where `path` is, seen from `workingDirectory`, without its leading `/`: every link on the way is followed. What does
   * not exist is taken as it is.
   *
   * @throws Error for links that lead in a circle
   */
  resolve(path: string, workingDirectory = "/"): string {
    let left = `${workingDirectory}/${path.startsWith("/") ? "" : path}`.split("/");
    if (path.startsWith("/")) left = path.split("/");
    let found: string[] = [];
    for (let links = 0; left.length > 0;) {
      const name = left.shift()!;
      if (name === "" || name === ".") continue;
      if (name === "..") {
        found.pop();
        continue;
      }
      const entry = this.entries.get([...found, name].join("/"));
      if (entry?.type !== "link") {
        found.push(name);
        continue;
      }
      if (++links > mostLinks) throw new Error(`${path}: too many levels of symbolic links`);
      if (entry.target.startsWith("/")) found = [];
      left = [...entry.target.split("/"), ...left];
    }
    return found.join("/");
  }
}

/** A path of the image without its leading `/`; never outside of the image. */
export function imagePath(path: string, workingDirectory: string): string {
  return posix.resolve("/", workingDirectory, path).slice(1);
}
